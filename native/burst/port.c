// What is asked of an open port, and waiting for several. See port.h.
#include "port_parts.h"
#include <netinet/in.h>
#include <poll.h>
#include "alarm.h"

const double *port_figures(const struct port *port) {
  return port->figures;
}

int port_number(const struct port *port) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(port->fd, (struct sockaddr *)&address, &size) < 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
  return address.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port) : 0;
}

bool port_wait(struct port *const *ports, const uint8_t *reads, int count, int alarm, int milliseconds) {
  struct pollfd asked[MOST_WAITED_FOR + 1];
  for (int index = 0; index < count; index += 1) {
    const struct port *port = ports[index];
    // What came with others and waits for a slot: of that the kernel knows nothing.
    if (reads[index] != 0 && together_waits(port->together)) return true;
    const short events = (short)((reads[index] != 0 ? POLLIN : 0) | (port->rest_from < port->rest_to ? POLLOUT : 0));
    // What has ended would be ready for ever; what nothing is asked of may be.
    const int fd = port->ring != NULL ? can_ring_descriptor(port->ring) : port->fd;
    asked[index] = (struct pollfd){has_ended(port) || events == 0 ? -1 : fd, events, 0};
  }
  asked[count] = (struct pollfd){alarm_descriptor(alarm), POLLIN, 0};
  const bool is_ready = poll(asked, (nfds_t)count + 1, milliseconds) > 0;
  for (int index = 0; index < count; index += 1)
    if ((asked[index].revents & POLLERR) != 0) ports[index]->is_troubled = true;
  if ((asked[count].revents & POLLIN) != 0) alarm_quiet(alarm);
  return is_ready;
}
