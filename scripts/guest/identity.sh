#!/bin/sh
# Makes the guest somebody: name, cards, addresses, services, clock, chance. Says the same words as the kernel command line
# (gw.NAME=VALUE); other words are passed over. Safe to run again: what was set before is replaced.
export PATH=/bin

# Cards first: addresses stand on them.
for word in "$@"; do
  value="${word#*=}"
  nic="${word%%=*}"
  nic="${nic##*.}"
  case "$word" in
    gw.mac.eth[0-9]=*)
      ip link set "$nic" down
      ip link set "$nic" address "$value" ;;
    gw.mtu.eth[0-9]=*) ip link set "$nic" mtu "$value" ;;
    # Seconds since 1970, UTC.
    gw.time=*) date -u -s "@$value" >/dev/null ;;
    # Guests from one snapshot would draw the same numbers without it.
    gw.seed=*)
      echo "$value" >/dev/urandom
      gw-reseed ;;
    gw.hostname=*) hostname "$value" ;;
  esac
done

gateway=
for word in "$@"; do
  value="${word#*=}"
  case "$word" in
    gw.eth[0-9]*=*)
      nic="${word%%=*}"
      nic="${nic#gw.}"
      [ ! -f "/run/udhcpc.$nic" ] || kill "$(cat "/run/udhcpc.$nic")" 2>/dev/null
      ip addr flush dev "$nic"
      ip link set "$nic" up
      case "$value" in
        up) ;;
        dhcp) udhcpc -i "$nic" -b -p "/run/udhcpc.$nic" -s /etc/udhcpc.sh >/dev/null 2>&1 & ;;
        *) ip addr add "$value" dev "$nic" ;;
      esac ;;
    gw.gateway=*) gateway="$value" ;;
    gw.httpd=*)
      echo "hello from $(hostname)" > /www/index.html
      killall httpd 2>/dev/null
      httpd -p "$value" -h /www ;;
    gw.echo=*)
      [ ! -f /run/echo ] || kill "$(cat /run/echo)" 2>/dev/null
      nc -ll -p "$value" -e /bin/cat </dev/null >/dev/null 2>&1 &
      echo $! > /run/echo ;;
  esac
done
[ -z "$gateway" ] || ip route replace default via "$gateway"
