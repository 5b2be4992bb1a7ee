# SPDX-License-Identifier: Apache-2.0
# Run in new mount and process namespaces, as root: machine.sh DIR MODE COMMAND...
# Enters the Debian in DIR with /proc and a small /dev. MODE is `root`, or `unit` to run the
# command as systemd would by zerotouchd.service: as its user, without capabilities or new
# privileges, with a root file system that it cannot write, and a /tmp of its own.
set -eu
dir=$1
mode=$2
shift 2
if [ "$mode" = unit ]; then
  mount --bind "$dir" "$dir"
  mount -o remount,bind,ro "$dir"
  mount --bind "$dir/var/lib/zerotouch" "$dir/var/lib/zerotouch"
  mount -o remount,bind,rw "$dir/var/lib/zerotouch"
  mount -t tmpfs -o mode=1777 tmpfs "$dir/tmp"
fi
mount -t proc proc "$dir/proc"
mount -t tmpfs -o mode=755 tmpfs "$dir/dev"
for node in null zero full random urandom tty; do
  touch "$dir/dev/$node"
  mount --bind "/dev/$node" "$dir/dev/$node"
done
mkdir "$dir/dev/pts" "$dir/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$dir/dev/shm"
ln -s /proc/self/fd "$dir/dev/fd"
if [ "$mode" = root ]; then exec chroot "$dir" "$@"; fi
umask 0077
exec chroot "$dir" /usr/bin/setpriv --reuid zerotouchd --regid zerotouchd --clear-groups \
  --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
