# First process of a private libvirtd's world: own mounts, own process ids. Obeys one word a line on standard input and
# ends with it; the kernel then ends libvirtd and every guest. Arguments: the root folder, the cache folder.
set -eu
root=$1
cache=$2
mount -t tmpfs tmpfs /run
mkdir /run/libvirt
# Mount points that only a package not needed here makes; they stay as empty folders.
mkdir -p /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /var/lib/swtpm-localca /var/log/swtpm
for pair in etc/libvirt var/lib/libvirt var/log/libvirt var/lib/swtpm-localca var/log/swtpm; do mount --bind "$root/$pair" "/$pair"; done
mount --bind "$cache" /var/cache/libvirt
# Where QEMU takes huge pages from, when a test has set some aside.
mkdir -p /run/hugepages
mount -t hugetlbfs -o pagesize=2M hugetlbfs /run/hugepages 2>/dev/null || true
for file in passwd group; do mount --bind "$root/etc/$file" "/etc/$file"; done
echo ready
while read -r word; do
  case "$word" in
    start)
      libvirtd -f "$root/etc/libvirt/libvirtd.conf" -p "$root/libvirtd.pid" </dev/null >>"$root/out" 2>&1 &
      daemon=$!
      ;;
    stop)
      kill "$daemon"
      wait "$daemon" || true
      echo stopped
      ;;
    kill)
      kill -KILL "$daemon"
      wait "$daemon" || true
      echo stopped
      ;;
  esac
done
