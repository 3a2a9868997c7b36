/* What a kernel's build puts into a module, without a kernel: `gcc -c` makes an
 * object of it that kmod takes for one. INIT, EXIT and SIZE are the layout of
 * struct module; the formats are those of include/linux/module.h and export.h. */
#define IN(name) __attribute__((section(name), used))

IN(".modinfo") static const char info[] =
	"license=GPL\0alias=pci:v00008086d000015F3sv*sd*bc*sc*i*\0depends=ptp\0name=tiny\0"
	"parmtype=debug:int\0parm=debug:Debug level\0vermagic=6.1.0-tiny SMP mod_unload modversions ";

int ptp_open(void);
int init_module(void) { return ptp_open(); }
void cleanup_module(void) {}
void tiny_up(void) {}
void tiny_down(void) {}

IN(".gnu.linkonce.this_module") static struct {
	int state, hole;
	void *list[2];
	char name[56];
	char before[INIT - 80];
	int (*init)(void);
	char between[EXIT - INIT - 8];
	void (*exit)(void);
	char after[SIZE - EXIT - 8];
} __attribute__((packed)) this_module = { .name = "tiny", .init = init_module, .exit = cleanup_module };

#ifndef EXTENDED
IN("__versions") static const struct { unsigned long crc; char name[56]; } versions[] = {
	{ 0x70eca2ca, "module_layout" }, { 0x00c0ffee, "ptp_open" },
};
#else
IN("__version_ext_crcs") static const unsigned crcs[] = { 0x70eca2ca, 0x00c0ffee };
IN("__version_ext_names") static const char names[] = "module_layout\0" "a_name_that_is_longer_than_the_56_bytes_of_the_first_form_can_hold\0";
#endif

/* EXPORT_SYMBOL, with the table's suffix and a namespace. */
#define EXPORT(symbol, suffix, ns, crc) asm( \
	".section __ksymtab_strings,\"aMS\",%progbits,1\n" \
	"__kstrtab_" #symbol ": .asciz \"" #symbol "\"\n" \
	"__kstrtabns_" #symbol ": .asciz \"" ns "\"\n" \
	".section __ksymtab" suffix ",\"a\"\n" \
	"__ksymtab_" #symbol ": .long " #symbol " - ., __kstrtab_" #symbol " - ., __kstrtabns_" #symbol " - .\n" \
	".section __kcrctab" suffix ",\"a\"\n" \
	"__crc_" #symbol ": .long " #crc "\n" \
	".text\n")
#ifndef FLAGS
EXPORT(tiny_up, "", "", 0x12345678);
EXPORT(tiny_down, "_gpl", "TINY", 0x9abcdef0);
#else /* one table for all, and a byte of flags for each entry */
EXPORT(tiny_up, "", "", 0x12345678);
EXPORT(tiny_down, "", "TINY", 0x9abcdef0);
IN("__kflagstab") static const unsigned char flags[] = { 0, 1 };
#endif

static const struct { unsigned vendor, device, subvendor, subdevice, class, mask; unsigned long data; unsigned override; } cards[] = {
	{ 0x8086, 0x15f3, ~0u, ~0u }, { 0x8086, 0x15f2, ~0u, ~0u }, {},
};
extern typeof(cards) TABLE __attribute__((unused, alias("cards")));
