// The least that a scan image could do: load the same modules, mount the stick,
// write one byte, power off. It is /init of the peer in the row "image".
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void must(int ok, const char *what) {
	if (ok) return;
	perror(what);
	sync();
	reboot(RB_POWER_OFF);
}

// load inserts what /order lists, "PATH ARGUMENTS" a line.
static void load(void) {
	char line[4096];
	FILE *list = fopen("/order", "r");
	must(list != NULL, "/order");
	while (fgets(line, sizeof line, list)) {
		line[strcspn(line, "\n")] = 0;
		char *args = strchr(line, ' ');
		if (args) *args++ = 0;
		int file = open(line, O_RDONLY | O_CLOEXEC);
		must(file >= 0, line);
		syscall(SYS_finit_module, file, args ? args : "", 0); // ENODEV: its hardware is absent
		close(file);
	}
	fclose(list);
}

int main(void) {
	chdir("/");
	mkdir("/dev", 0755), mkdir("/proc", 0755), mkdir("/sys", 0755), mkdir("/mnt", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", 0, "");
	must(mount("proc", "/proc", "proc", 0, "") == 0, "/proc");
	must(mount("sysfs", "/sys", "sysfs", 0, "") == 0, "/sys");
	load();
	for (int i = 0; access("/dev/sda1", F_OK) != 0; i++) {
		must(i < 3000, "/dev/sda1");
		usleep(10000);
	}
	must(mount("/dev/sda1", "/mnt", "vfat", 0, "") == 0, "/mnt");
	int file = open("/mnt/modscout/byte", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	must(file >= 0 && write(file, "1", 1) == 1 && fsync(file) == 0 && close(file) == 0, "byte");
	must(umount("/mnt") == 0, "umount");
	sync();
	reboot(RB_POWER_OFF);
}
