// Alarms end a wait for ports, from any thread. There are so many in a process, and they are never closed: an alarm that is
// rung too late wakes somebody for nothing, and no more.
#ifndef GW_ALARM_H
#define GW_ALARM_H
#include <stdbool.h>

// A free one, -1 when there is none left.
int alarm_take(void);
void alarm_give(int alarm);
// These do nothing for a number that is no alarm.
void alarm_ring(int alarm);
void alarm_quiet(int alarm);
// -1 for a number that is no alarm.
int alarm_descriptor(int alarm);

#endif
