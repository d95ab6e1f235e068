#!/bin/sh
# First process of the tiny guest: loads drivers, sets up the network as the kernel command line says, then serves the
# console. Knows nothing of Gatewright beyond the gw.* arguments.
export PATH=/bin HOME=/root TERM=dumb
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /run /tmp /root /www
mount -t devpts devpts /dev/pts
mount -t tmpfs run /run
# Kernel chatter would fall between the lines of the console protocol.
echo 1 > /proc/sys/kernel/printk
while read -r module; do insmod "$module" 2>/dev/null; done < /etc/modules
ip link set lo up
hostname tiny-linux

gateway=
# shellcheck disable=SC2013
for word in $(cat /proc/cmdline); do
  value="${word#*=}"
  case "$word" in
    gw.hostname=*) hostname "$value" ;;
    gw.eth[0-9]*=*)
      nic="${word%%=*}"
      nic="${nic#gw.}"
      ip link set "$nic" up
      case "$value" in
        up) ;;
        dhcp) udhcpc -i "$nic" -b -s /etc/udhcpc.sh >/dev/null 2>&1 & ;;
        *) ip addr add "$value" dev "$nic" ;;
      esac ;;
    gw.gateway=*) gateway="$value" ;;
    gw.httpd=*)
      echo "hello from $(hostname)" > /www/index.html
      httpd -p "$value" -h /www ;;
    gw.echo=*) nc -lk -p "$value" -e /bin/cat & ;;
  esac
done
[ -n "$gateway" ] && ip route add default via "$gateway"

# The power button is how a hypervisor asks a guest to stop.
for event in /sys/class/input/event*; do
  [ "$(cat "$event/device/name" 2>/dev/null)" = 'Power Button' ] || continue
  (head -c 24 "/dev/input/${event##*/}" >/dev/null && poweroff -f) &
done
# Feeding nobody's watchdog would reset the guest, so a watchdog is fed while user space runs.
[ -c /dev/watchdog ] && watchdog -T 30 -t 5 /dev/watchdog

exec </dev/console >/dev/console 2>&1
stty -echo -onlcr 2>/dev/null
read -r uptime _ < /proc/uptime
echo "GUEST READY $uptime"
while :; do /bin/gw-console; done
