/*
 * A file with the shape of a vmlinux and nothing that could run: a banner,
 * exports, drivers with tables of ids, and the functions that register them.
 * OLD is the shape of Linux 3.10, else it is that of 6.12. NOAHCI leaves one
 * driver out.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long ulong;

#ifdef OLD
#define EXTRA 0 /* functions that struct usb_driver and platform_driver have got since */
#define EXPORT(table, symbol)                                                  \
	asm(".section __ksymtab_strings,\"aMS\",@progbits,1\n"                 \
	    "__kstr_" #symbol ": .asciz \"" #symbol "\"\n"                     \
	    ".section " #table ",\"a\"\n.balign 8\n"                           \
	    ".quad " #symbol ", __kstr_" #symbol "\n.previous");
const char linux_banner[] = "Linux version 3.10.108 (builder@box) (gcc 4.9.3) #42218 SMP Mon Oct 18 19:17:56 CST 2021\n";
#else
#define EXTRA 1
#define EXPORT(table, symbol)                                                  \
	asm(".section __ksymtab_strings,\"aMS\",@progbits,1\n"                 \
	    "__kstr_" #symbol ": .asciz \"" #symbol "\"\n"                     \
	    "__kns_" #symbol ": .asciz \"\"\n"                                 \
	    ".section " #table ",\"a\"\n.balign 4\n"                           \
	    ".long " #symbol " - .\n.long __kstr_" #symbol " - .\n"            \
	    ".long __kns_" #symbol " - .\n.previous");
const char linux_banner[] = "Linux version 6.12.1+ (builder@box) (gcc 12.2.0) #7 SMP PREEMPT_DYNAMIC Mon Dec 1 00:00:00 UTC 2025\n";
#endif
const char linux_proc_banner[] = "%s version %s (builder@box) (gcc) %s\n";

#define REGISTER __attribute__((noipa)) int
REGISTER __pci_register_driver(void *drv, void *owner, const char *name) { return !drv; }
REGISTER usb_register_driver(void *drv, void *owner, const char *name) { return !drv; }
REGISTER acpi_bus_register_driver(void *drv) { return !drv; }
REGISTER __platform_driver_register(void *drv, void *owner) { return !drv; }
REGISTER register_virtio_driver(void *drv) { return !drv; }
REGISTER __vmbus_driver_register(void *drv, void *owner, const char *name) { return !drv; }
EXPORT(__ksymtab, __pci_register_driver)
EXPORT(__ksymtab, acpi_bus_register_driver)
EXPORT(__ksymtab_gpl, usb_register_driver)
EXPORT(__ksymtab_gpl, __platform_driver_register)
EXPORT(__ksymtab_gpl, register_virtio_driver)
EXPORT(__ksymtab_gpl, __vmbus_driver_register)

/* A hundred exports more: fewer are not taken for a table. */
#define ONE(table, n) int table##_##n; EXPORT(table, table##_##n)
#define TEN(table, n)                                                          \
	ONE(table, n##0) ONE(table, n##1) ONE(table, n##2) ONE(table, n##3)    \
	ONE(table, n##4) ONE(table, n##5) ONE(table, n##6) ONE(table, n##7)    \
	ONE(table, n##8) ONE(table, n##9)
TEN(__ksymtab, 0) TEN(__ksymtab, 1) TEN(__ksymtab, 2) TEN(__ksymtab, 3)
TEN(__ksymtab, 4) TEN(__ksymtab, 5) TEN(__ksymtab, 6) TEN(__ksymtab, 7)
TEN(__ksymtab, 8) TEN(__ksymtab, 9) TEN(__ksymtab_gpl, 0)

static int probe(void) { return 0; }

struct device_driver {
	const char *name;
	void *bus, *owner;
	const char *mod_name;
	u8 suppress_bind_attrs;
	int probe_type;
	const void *of_match_table, *acpi_match_table;
	void *rest[10];
};

struct pci_device_id {
	u32 vendor, device, subvendor, subdevice, class, class_mask;
	ulong driver_data;
#ifndef OLD
	u32 override_only;
#endif
};
#define ANY 0xffffffff
static const struct pci_device_id net_ids[] = {
	{ 0x8086, 0x15f3, ANY, ANY, 0, 0, 1 },
	{ 0x8086, 0x15f2, 0x1043, 0x87d2, 0, 0, 2 },
#ifndef OLD
	{ 0x8086, 0x1572, ANY, ANY, 0, 0, 0, 1 }, /* for VFIO only */
#endif
	{ 0 }
};
static const struct pci_device_id ahci_ids[] = {
	{ 0x8086, 0x2922, ANY, ANY, 0, 0, 0 },
	{ ANY, ANY, ANY, ANY, 0x010601, 0xffffffff, 0 }, /* ~0, as many write */
	{ 0x1b4b, ANY, ANY, ANY, 0x010000, 0x0f0000, 0 }, /* no pattern says this */
	{ 0 }
};
struct pci_driver {
#ifdef OLD
	void *node[2];
#endif
	const char *name;
	const struct pci_device_id *id_table;
	void *probe, *remove;
	void *rest[8];
	struct device_driver driver;
};
static struct pci_driver net_driver = { .name = "net-card", .id_table = net_ids, .probe = probe };
static struct pci_driver ahci_driver = { .name = "ahci", .id_table = ahci_ids, .probe = probe };
static struct pci_driver any_driver = { .name = "no-table", .probe = probe };

struct usb_device_id {
	u16 match_flags, idVendor, idProduct, bcdDevice_lo, bcdDevice_hi;
	u8 bDeviceClass, bDeviceSubClass, bDeviceProtocol;
	u8 bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol, bInterfaceNumber;
	ulong driver_info;
};
static const struct usb_device_id usb_ids[] = {
	{ 0x0003, 0x0bda, 0x8156 },
	{ 0x000f, 0x0bda, 0x8153, 0x3000, 0x31ff },
	{ 0x0380, 0, 0, 0, 0, 0, 0, 0, 8, 6, 80 },
	{ .driver_info = 1 }, /* a slot to be filled */
	{ 0 }
};
struct usb_driver {
	const char *name;
	void *functions[8 + EXTRA];
	const struct usb_device_id *id_table;
	void *rest[8];
	struct device_driver driver;
};
static struct usb_driver usb_driver = { .name = "usb-net", .functions = { probe }, .id_table = usb_ids };

struct acpi_device_id {
#ifdef OLD
	u8 id[9];
	ulong driver_data;
#else
	u8 id[16];
	ulong driver_data;
	u32 cls, cls_msk;
#endif
};
static const struct acpi_device_id button_ids[] = { { "PNP0C0C" }, { "PNP0C0E" }, { "" } };
static const struct acpi_device_id uart_ids[] = { { "80860F0A", 7 }, { "AMD0020" },
#ifndef OLD
	{ "", 0, 0x010802, 0xffff00 },
#endif
	{ "" } };
struct acpi_driver {
	char name[80], class[80];
	const struct acpi_device_id *ids;
	void *rest[8];
};
static struct acpi_driver button_driver = { "button", "button", button_ids };
struct platform_driver {
	void *functions[5 + EXTRA];
	struct device_driver driver;
	const void *id_table;
};
static struct platform_driver uart_driver = { { probe }, { .name = "dw-uart", .acpi_match_table = uart_ids } };
static struct platform_driver plain_driver = { { probe }, { .name = "no-acpi" } };

struct virtio_device_id { u32 device, vendor; };
static const struct virtio_device_id virtio_ids[] = { { 1, ANY }, { 0 } };
struct virtio_driver {
	struct device_driver driver;
	const struct virtio_device_id *id_table;
	void *rest[8];
};
static struct virtio_driver virtio_driver = { { .name = "virtio_net" }, virtio_ids };

struct hv_vmbus_device_id { u8 guid[16]; ulong driver_data; };
static const struct hv_vmbus_device_id hv_ids[] = {
	{ { 0x63, 0x51, 0x61, 0xf8, 0x3e, 0xdf, 0xc5, 0x46, 0x91, 0x3f, 0xf2, 0xd2, 0xf9, 0x65, 0xed, 0x0e } },
	{ { 0 } }
};
struct hv_driver {
	const char *name;
#ifndef OLD
	u8 hvsock;
#endif
	u8 dev_type[16];
	const struct hv_vmbus_device_id *id_table;
	struct device_driver driver;
};
static struct hv_driver hv_driver = { .name = "hv_netvsc", .id_table = hv_ids };

#define INIT __attribute__((section(".init.text"), used, noipa)) int
INIT init_net(void) { return __pci_register_driver(&net_driver, 0, "net_card"); }
INIT init_ahci(void)
{
	int err = __pci_register_driver(&any_driver, 0, "no_table");

#ifndef NOAHCI
	err = err ? err : __pci_register_driver(&ahci_driver, 0, "ahci");
#endif
	return err;
}
INIT init_usb(void) { return usb_register_driver(&usb_driver, 0, "usb_net"); }
INIT init_button(void) { return acpi_bus_register_driver(&button_driver); }
INIT init_uart(void) { return __platform_driver_register(&uart_driver, 0) + __platform_driver_register(&plain_driver, 0); }
INIT init_virtio(void) { return register_virtio_driver(&virtio_driver); }
INIT init_hv(void) { return __vmbus_driver_register(&hv_driver, 0, "hv_netvsc"); }

asm(".section .rodata\n.ascii \"IKCFG_ST\"\n.incbin \"config.gz\"\n.ascii \"IKCFG_ED\"\n");
