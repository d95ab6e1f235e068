#!/bin/sh
# Copies what `gatewright probe --from DIR` reads, from a box on which Gatewright is not installed. Needs a POSIX shell and no
# rights; what may not be read is left out. Takes no secrets: no host name, no keys, no files but those below /proc and /sys
# that are named here. MAC addresses and serial numbers of USB devices are in it.
# Usage: sh collect-hardware.sh [DIR]
set -u
out=${1:-gatewright-hardware}
if [ -e "$out" ]; then
  echo "collect-hardware: $out exists; name a folder that does not" >&2
  exit 2
fi
mkdir -p "$out" || exit 3

# One file, at most 64 KiB of it: kernel files have no size before they are read.
keep() {
  if [ -f "$1" ] && [ -r "$1" ]; then
    mkdir -p "$out${1%/*}"
    head -c 65536 "$1" > "$out$1" 2>/dev/null || rm -f "$out$1"
  fi
}
# The name of something, file or folder, without what is in it.
name() {
  if [ -e "$1" ]; then
    mkdir -p "$out${1%/*}"
    [ -e "$out$1" ] || if [ -d "$1" ]; then mkdir -p "$out$1"; else : > "$out$1"; fi
  fi
}

for file in /proc/cpuinfo /proc/meminfo /proc/mounts /proc/net/route /proc/device-tree/model; do keep "$file"; done
for field in sys_vendor product_name board_vendor board_name bios_vendor bios_version bios_date; do
  keep "/sys/class/dmi/id/$field"
done
for path in /sys/class /sys/kernel /sys/firmware/* /sys/firmware/acpi/tables/* /sys/kernel/iommu_groups \
  /sys/kernel/iommu_groups/*/devices/*; do name "$path"; done
for variable in SecureBoot SetupMode; do
  keep "/sys/firmware/efi/efivars/$variable-8be4df61-93ca-11d2-aa0d-00e098032b8c"
done
for tpm in /sys/class/tpm/tpm[0-9]*; do
  keep "$tpm/tpm_version_major"
  for bank in "$tpm"/pcr-*; do name "$bank"; done
done
for device in /sys/bus/pci/devices/*; do
  keep "$device/uevent"
  keep "$device/sriov_totalvfs"
  for path in "$device"/usb[0-9]* "$device"/net/* "$device"/virtio*/net/* "$device"/tty/* "$device"/*:*/*/tty/*; do
    name "$path"
  done
done
for device in /sys/bus/usb/devices/*; do
  for field in idVendor idProduct manufacturer product serial bDeviceClass speed; do keep "$device/$field"; done
  for path in "$device"/net/* "$device"/tty/* "$device"/ttyUSB*; do name "$path"; done
done
for interface in /sys/class/net/*; do
  for field in type address speed uevent device/uevent; do keep "$interface/$field"; done
  name "$interface/wireless"
done
for tty in /sys/class/tty/tty*; do
  # A console has none of these, and a type of 0 has no chip behind it.
  for field in type irq port; do keep "$tty/$field"; done
  case $tty in */ttyUSB* | */ttyACM*) name "$tty" ;; esac
done
for disk in /sys/block/*; do
  for field in size removable queue/rotational device/model device/name; do keep "$disk/$field"; done
done
for chip in /sys/class/gpio/gpiochip*; do
  keep "$chip/label"
  keep "$chip/ngpio"
done
for radio in /sys/class/bluetooth/hci*; do name "$radio"; done
echo "The hardware of this box is in $out. Read it with: gatewright probe --from $out"
