package initramfs

// Enumerator is a module of the scan image and why it is there: without it
// devices behind a controller stay invisible, the report cannot be written, or
// nobody can press a key. Drivers of the devices themselves are not needed to
// see them and are left out.
type Enumerator struct {
	Name string
	Args string // module parameters
	Why  string
}

// Enumerators are loaded by a scan image in this order, each after what it
// depends on. ehci comes before ohci and uhci (their softdep): a companion
// controller that starts first takes the ports at low speed.
var Enumerators = []Enumerator{
	{Name: "xhci_pci", Why: "USB 3 hosts: the devices on their ports"},
	{Name: "ehci_pci", Why: "USB 2 hosts"},
	{Name: "ohci_pci", Why: "USB 1.1 hosts"},
	{Name: "uhci_hcd", Why: "USB 1.1 hosts of Intel and VIA"},
	{Name: "virtio_pci", Why: "virtio devices behind PCI functions"},
	{Name: "virtio_mmio", Why: "virtio devices without PCI"},
	{Name: "hv_vmbus", Why: "Hyper-V's devices"},
	{Name: "vmd", Why: "NVMe disks behind Intel VMD, in PCI domains of their own"},
	{Name: "ahci", Why: "SATA disks, and how many NVMe disks the firmware hides (remapped_nvme)"},
	{Name: "ata_piix", Why: "disks of older Intel controllers, QEMU's too"},
	{Name: "nvme", Why: "NVMe disks"},
	{Name: "sdhci_pci", Why: "eMMC and SD cards"},
	{Name: "sdhci_acpi", Why: "eMMC and SD cards of Atom boards"},
	{Name: "mmc_block", Why: "eMMC and SD cards as disks"},
	{Name: "virtio_blk", Why: "disks of virtual machines"},
	{Name: "virtio_scsi", Why: "disks of virtual machines"},
	{Name: "usb_storage", Args: "delay_use=0", Why: "the stick; it need not wait a second"},
	{Name: "uas", Why: "the stick, where it speaks UAS"},
	{Name: "sd_mod", Why: "SATA, SCSI and USB disks as block devices"},
	{Name: "vfat", Why: "the stick's file system"},
	{Name: "nls_cp437", Why: "vfat's default code page"},
	{Name: "nls_ascii", Why: "vfat's default character set in Debian's kernels"},
	{Name: "nls_iso8859_1", Why: "vfat's default character set elsewhere"},
	{Name: "nls_utf8", Why: "vfat's default character set elsewhere"},
	{Name: "hid_generic", Why: "a USB keyboard, for the keys"},
	{Name: "usbhid", Why: "a USB keyboard, for the keys"},
	{Name: "efivarfs", Why: "whether Secure Boot is on"},
}
