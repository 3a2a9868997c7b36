package modalias

import "sync"

// descriptions has the forms of all buses by the text before the first colon,
// as [formOf] reads them. Fields have the names that the kernel's
// scripts/mod/file2alias.c gives them (as of Linux 6.18), where it has the bus.
// Device strings are written by the file that each line names, and have the
// same fields.
var descriptions = map[string][]string{
	"acpi":     {"any =id :"},                                                                 // drivers/acpi/device_sysfs.c
	"amba":     {"d=id/8"},                                                                    // drivers/amba/bus.c
	"ap":       {"t=dev_type/2"},                                                              // drivers/s390/crypto/ap_bus.c
	"bcma":     {"m=manuf/4 id=id/4 rev=rev/2 cl=class/2"},                                    // drivers/bcma/main.c
	"ccw":      {"t=cu_type/4 m=cu_model/2 dt=dev_type/4? dm=dev_model/2?"},                   // drivers/s390/cio/device.c
	"cdx":      {cdx},                                                                         // drivers/cdx/cdx.c
	"coreboot": {"t=tag/8"},                                                                   // drivers/firmware/google/coreboot_table.c
	"cpu":      {"type:x86,ven=vendor/4 fam=family/4 mod=model/4 :feature:=feature/,", cpu},   // drivers/base/cpu.c
	"css":      {"t=type/1"},                                                                  // drivers/s390/cio/css.c
	"dfl":      {"t=type/4 f=feature_id/4"},                                                   // drivers/fpga/dfl.c
	"dmi":      {dmi},                                                                         // drivers/firmware/dmi-id.c
	"eisa":     {"s=sig"},                                                                     // drivers/eisa/eisa-bus.c
	"fsl-mc":   {"v=vendor/8 d=obj_type"},                                                     // drivers/bus/fsl-mc/fsl-mc-bus.c
	"hdaudio":  {"v=vendor_id/8 r=rev_id/8 a=api_version/2"},                                  // sound/hda/hdac_device.c
	"hid":      {"b=bus/4 g=group/4 v=vendor/8 p=product/8"},                                  // drivers/hid/hid-core.c
	"i2c":      {"=name"},                                                                     // drivers/i2c/i2c-core-base.c
	"i3c":      {"dcr=dcr/2 manuf=manuf_id/4 part=part_id/4? ext=extra_info/4?"},              // drivers/i3c/master.c
	"ieee1394": {"ven=vendor_id/8 mo=model_id/8 sp=specifier_id/8 ver=version/8"},             // drivers/firewire/core-device.c
	"input":    {input},                                                                       // drivers/input/input.c
	"ipac":     {"f=format/2 v=vendor/8 d=device/8"},                                          // drivers/ipack/ipack.c, in the file modalias only
	"ipack":    {"f=format/2 v=vendor/8 d=device/8"},                                          // drivers/ipack/ipack.c, in uevent
	"ishtp":    {"=guid"},                                                                     // drivers/hid/intel-ish-hid/ishtp/bus.c
	"mdio":     {"=phy_id"},                                                                   // drivers/net/phy/phy_device.c
	"mei":      {"=name :=uuid :=version/2 :"},                                                // drivers/misc/mei/bus.c
	"mhi":      {"=chan"},                                                                     // drivers/bus/mhi/host/init.c
	"mhi_ep":   {"=chan"},                                                                     // drivers/bus/mhi/ep/main.c
	"mipscdmm": {"t=type/2"},                                                                  // drivers/bus/mips_cdmm.c
	"of":       {"N=name T=type C=compatible (C)"},                                            // drivers/of/module.c
	"parisc":   {"t=hw_type/2 hv=hversion/4 rev=hversion_rev/2 sv=sversion/8"},                // arch/parisc/kernel/drivers.c
	"pci":      {pci},                                                                         // drivers/pci/pci-sysfs.c
	"pcmcia":   {pcmcia},                                                                      // drivers/pcmcia/ds.c
	"platform": {"=name"},                                                                     // drivers/base/platform.c
	"pnp":      {"d=id"},                                                                      // udev's rules, from drivers/pnp/interface.c
	"rapidio":  {"v=vid/4 d=did/4 av=asm_vid/4 ad=asm_did/4"},                                 // drivers/rapidio/rio-sysfs.c
	"rpmsg":    {"=name"},                                                                     // drivers/rpmsg/rpmsg_core.c
	"sdio":     {"c=class/2 v=vendor/4 d=device/4"},                                           // drivers/mmc/core/sdio_bus.c
	"sdw":      {"m=mfg_id/4 p=part_id/4 v=sdw_version/2 c=class_id/2"},                       // drivers/soundwire/bus_type.c
	"serio":    {"ty=type/2 pr=proto/2 id=id/2 ex=extra/2"},                                   // drivers/input/serio/serio.c
	"slim":     {"=manf_id/0x :=prod_code/0x :=dev_index/0x? :=instance/0x?"},                 // drivers/slimbus/core.c
	"spi":      {"=name"},                                                                     // drivers/spi/spi.c
	"ssam":     {"d=domain/2 c=category/2 t=target/2 i=instance/2 f=function/2"},              // drivers/platform/surface/aggregator/bus.c
	"ssb":      {"v=vendor/4 id=coreid/4 rev=revision/2"},                                     // drivers/ssb/main.c
	"tbsvc":    {"k=protocol_key p=protocol_id/8 v=protocol_version/8 r=protocol_revision/8"}, // drivers/thunderbolt/xdomain.c
	"tee":      {"=uuid"},                                                                     // drivers/tee/tee_core.c
	"typec":    {"id=svid/4 m=mode/2?"},                                                       // drivers/usb/typec/class.c
	"ulpi":     {"v=vendor/4x p=product/4x"},                                                  // drivers/usb/common/ulpi.c
	"usb":      {usb},                                                                         // drivers/usb/core/sysfs.c
	"vchiq":    {"=name"},                                                                     // drivers/staging/vc04_services/interface/vchiq_arm/vchiq_bus.c
	"vio":      {"T=type S=compat"},                                                           // arch/powerpc/platforms/pseries/vio.c
	"virtio":   {"d=device/8 v=vendor/8"},                                                     // drivers/virtio/virtio.c
	"vmbus":    {"=guid/32x"},                                                                 // drivers/hv/vmbus_drv.c
	"wmi":      {"=guid_string"},                                                              // drivers/platform/x86/wmi.c
	"zorro":    {"i=id/8"},                                                                    // drivers/zorro/zorro-sysfs.c

	// Patterns that match no device by themselves: the user binds the driver.
	"vfio_cdx": {cdx},
	"vfio_pci": {pci},

	// Buses whose drivers write their aliases themselves.
	"auxiliary":   {"=name"},        // drivers/base/auxiliary.c
	"cxl":         {"t=type"},       // drivers/cxl/core/port.c
	"dax":         {"t=type"},       // drivers/dax/bus.c
	"hsi":         {"=name"},        // drivers/hsi/hsi_core.c
	"idxd":        {"t=type"},       // drivers/dma/idxd/bus.c
	"mcb":         {"16z=device"},   // drivers/mcb/mcb-core.c
	"mmc":         {"=type"},        // drivers/mmc/core/bus.c
	"nd":          {"t=type"},       // drivers/nvdimm/bus.c
	"scsi":        {"t-0x=type/2x"}, // drivers/scsi/scsi_sysfs.c
	"visorbus":    {"=guid"},        // drivers/visorbus/visorbus_main.c, gone from newer kernels
	"x86cpu":      {x86cpu},         // arch/x86/kernel/cpu/match.c, to Linux 3.14
	"xen":         {"=devicetype"},  // drivers/xen/xenbus/xenbus_probe_frontend.c
	"xen-backend": {"=devicetype"},  // drivers/xen/xenbus/xenbus_probe_backend.c
}

// The longer descriptions, and those of several buses.
const (
	pci    = "v=vendor/8 d=device/8 sv=subvendor/8 sd=subdevice/8 bc=baseclass/2 sc=subclass/2 i=interface/2"
	cdx    = "v=vendor/4 d=device/4 sv=subvendor/4 sd=subdevice/4 c=class/0" // 8 digits in patterns, 6 in devices
	cpu    = "type:=type :feature:=feature/,"
	x86cpu = "vendor:=vendor/4 :family:=family/4 :model:=model/4 :feature:=feature/,"
	usb    = "v=idVendor/4 p=idProduct/4 d=bcdDevice/4 dc=bDeviceClass/2 dsc=bDeviceSubClass/2 dp=bDeviceProtocol/2" +
		" ic=bInterfaceClass/2 isc=bInterfaceSubClass/2 ip=bInterfaceProtocol/2 in=bInterfaceNumber/2"
	pcmcia = "m=manf_id/4 c=card_id/4 f=func_id/2 fn=function/2 pfn=device_no/2" +
		" pa=prod_id_hash1/8 pb=prod_id_hash2/8 pc=prod_id_hash3/8 pd=prod_id_hash4/8"
	input = "b=bustype/4 v=vendor/4 p=product/4 e=version/4 -e=evbit/, k=keybit/, r=relbit/, a=absbit/," +
		" m=mscbit/, l=ledbit/, s=sndbit/, f=ffbit/, w=swbit/,"
	dmi = "any bvn=bios_vendor bvr=bios_version bd=bios_date br=bios_release efr=ec_firmware_release" +
		" svn=sys_vendor pn=product_name pvr=product_version sku=product_sku rvn=board_vendor rn=board_name" +
		" rvr=board_version cvn=chassis_vendor ct=chassis_type cvr=chassis_version :"
)

// buses has the forms, read when the first one is wanted.
var buses = sync.OnceValue(func() map[string][]form {
	forms := make(map[string][]form, len(descriptions))
	for bus, list := range descriptions {
		for _, d := range list {
			forms[bus] = append(forms[bus], formOf(d))
		}
	}
	return forms
})
