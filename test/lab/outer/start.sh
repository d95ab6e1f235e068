# First steps in the outer machine, in the root of the machine around it: a libvirtd with settings of its own.
set -eu
mkdir -p /etc/libvirt /var/log/libvirt /var/lib/libvirt/qemu /run/libvirt
mount -t cgroup2 cgroup /sys/fs/cgroup 2>/dev/null || true
for pair in user group; do echo "$pair = \"root\""; done >/etc/libvirt/qemu.conf
printf '%s\n' 'dynamic_ownership = 0' 'remember_owner = 0' 'security_driver = "none"' 'namespaces = []' \
  'cgroup_controllers = []' 'stdio_handler = "file"' >>/etc/libvirt/qemu.conf
printf '%s\n' 'auth_unix_rw = "none"' 'auth_unix_ro = "none"' >/etc/libvirt/libvirtd.conf
grep -q '^libvirt-qemu:' /etc/passwd || {
  echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin' >>/etc/passwd
  echo 'libvirt-qemu:x:64055:' >>/etc/group
}
libvirtd -d
