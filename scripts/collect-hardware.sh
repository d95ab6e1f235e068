#!/bin/sh
# Copies what `gatewright probe` reads, from a box on which Gatewright is not installed. Needs a POSIX shell and no rights; what
# may not be read is left out. Takes no secrets: no host name, no keys, no files but those below /proc, /sys and /dev that are
# named here, and what libvirt says of the devices when it runs. MAC addresses and serial numbers of devices are in it.
# Usage: sh collect-hardware.sh [DIR]     into a folder, for `gatewright probe --from DIR`
#        sh collect-hardware.sh -         as text to standard output; `gatewright probe --host NAME` runs it so
set -u
out=${1:-gatewright-hardware}
if [ "$out" != - ]; then
  if [ -e "$out" ]; then
    echo "collect-hardware: $out exists; name a folder that does not" >&2
    exit 2
  fi
  mkdir -p "$out" || exit 3
fi

# What comes in becomes the file of that name, as far as 64 KiB of it, or as many as are named: kernel files have no size before
# they are read. As text every byte is two digits, so that nothing on the way can change it.
put() {
  if [ "$out" = - ]; then
    printf 'file %s\n' "$1"
    head -c "${2:-65536}" | od -An -v -tx1
  else
    mkdir -p "$out${1%/*}"
    head -c "${2:-65536}" > "$out$1" 2>/dev/null || rm -f "$out$1"
  fi
}
keep() {
  if [ -f "$1" ] && [ -r "$1" ]; then put "$1" < "$1" 2>/dev/null; fi
}
# The name of something, file or folder, without what is in it.
name() {
  if [ -e "$1" ]; then
    if [ "$out" = - ]; then
      printf 'name %s\n' "$1"
    else
      mkdir -p "$out${1%/*}"
      [ -e "$out$1" ] || if [ -d "$1" ]; then mkdir -p "$out$1"; else : > "$out$1"; fi
    fi
  fi
}

if [ "$out" = - ]; then echo 'gatewright-hardware 1'; fi
for file in /proc/cpuinfo /proc/meminfo /proc/net/route /proc/net/ipv6_route /proc/device-tree/model; do keep "$file"; done
# Only what the host runs from: other lines can name servers and people.
awk '$5 ~ "^/(boot|boot/efi|efi|usr|var)?$"' /proc/self/mountinfo 2>/dev/null | put /proc/self/mountinfo
# What the kernel was told to keep for VMs: CPUs, huge pages, and whether memory may be locked.
for file in /sys/devices/system/cpu/online /sys/devices/system/cpu/isolated /sys/kernel/realtime /proc/version \
  /sys/kernel/mm/hugepages/*/nr_hugepages; do keep "$file"; done
grep ' hugetlbfs ' /proc/mounts 2>/dev/null | put /proc/mounts
grep '^CapBnd:' /proc/1/status 2>/dev/null | put /proc/1/status
grep '^Max locked memory' /proc/self/limits 2>/dev/null | put /proc/self/limits
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
  for path in "$device"/usb[0-9]* "$device"/net/* "$device"/virtio*/net/* "$device"/tty/* "$device"/*:*/*/tty/* \
    "$device"/virtio*/block/* "$device"/nvme/nvme*/nvme*n* "$device"/mmc_host/mmc*/mmc*:*/block/* \
    "$device"/ata*/host*/target*/*:*/block/* "$device"/host*/target*/*:*/block/* \
    "$device"/host*/port-*/end_device-*/target*/*:*/block/*; do
    name "$path"
  done
done
for device in /sys/bus/usb/devices/*; do
  for field in idVendor idProduct manufacturer product serial bDeviceClass speed; do keep "$device/$field"; done
  for path in "$device"/net/* "$device"/tty/* "$device"/ttyUSB* "$device"/host*/target*/*:*/block/*; do name "$path"; done
  for port in "$device"/ttyUSB*; do keep "$port/port_number"; done
done
for interface in /sys/class/net/*; do
  for field in type address speed uevent device/uevent; do keep "$interface/$field"; done
  name "$interface/wireless"
  for below in "$interface"/lower_*; do name "$below"; done
done
for tty in /sys/class/tty/tty*; do
  # A console has none of these, and a type of 0 has no chip behind it.
  for field in type irq port; do keep "$tty/$field"; done
  case $tty in */ttyUSB* | */ttyACM*) name "$tty" ;; esac
done
for path in /dev/serial/by-path/*; do name "$path"; done
for disk in /sys/block/*; do
  for field in dev dm/name size removable queue/rotational device/model device/name; do keep "$disk/$field"; done
  for part in "$disk/${disk##*/}"*; do keep "$part/dev"; done
  for below in "$disk"/slaves/*; do name "$below"; done
done
for chip in /sys/class/gpio/gpiochip*; do
  keep "$chip/label"
  keep "$chip/ngpio"
done
for radio in /sys/class/bluetooth/hci*; do name "$radio"; done
# In one file what libvirt says, where it runs: first of the host, then of each device.
ask() { virsh --readonly --connect qemu:///system "$@" < /dev/null 2> /dev/null; }
if ask capabilities > /dev/null; then
  devices=$(ask nodedev-list --cap system,pci,usb_device,net,storage | sed -n 's/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/nodedev-dumpxml &;/p')
  { ask capabilities; [ "$devices" = '' ] || ask "$devices"; } | put /libvirt.xml 4194304
fi

if [ "$out" = - ]; then
  echo end
else
  echo "The hardware of this box is in $out. Read it with: gatewright probe --from $out"
fi
