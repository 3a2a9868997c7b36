/* As much of a module as depmod reads; NAME and ALIASES are given by -D. */
__attribute__((section(".modinfo"), used)) static const char info[] =
	"license=GPL\0" ALIASES "depends=\0name=" NAME "\0vermagic=6.1.0-tiny SMP mod_unload ";
int init_module(void) { return 0; }
