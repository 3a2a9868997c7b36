package modalias

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// devtable lists the tables of scripts/mod/file2alias.c, Linux 6.18 (6.12 has
// the same names, of which usb, of, pnp and pnp_card are not in its array), and
// the bus whose aliases each makes where that has another name.
var devtable = map[string]string{
	"hid": "", "ieee1394": "", "pci": "", "ccw": "", "ap": "", "css": "", "serio": "", "acpi": "", "pcmcia": "", "vio": "",
	"input": "", "eisa": "", "parisc": "", "sdio": "", "ssb": "", "bcma": "", "virtio": "", "vmbus": "", "rpmsg": "", "i2c": "",
	"i3c": "", "slim": "", "spi": "", "dmi": "", "platform": "", "mdio": "", "zorro": "", "isapnp": "pnp", "ipack": "", "amba": "",
	"mipscdmm": "", "x86cpu": "cpu", "cpu": "", "mei": "", "rapidio": "", "ulpi": "", "hdaudio": "", "sdw": "", "fslmc": "fsl-mc",
	"tbsvc": "", "typec": "", "tee": "", "wmi": "", "mhi": "", "mhi_ep": "", "auxiliary": "", "ssam": "", "dfl": "", "ishtp": "",
	"cdx": "", "vchiq": "", "coreboot": "", "of": "", "usb": "", "pnp": "", "pnp_card": "pnp",
}

func TestEveryTableOfTheKernelHasAForm(t *testing.T) {
	for name, bus := range devtable {
		if bus == "" {
			bus = name
		}
		for _, form := range buses()[bus] {
			if len(form.parts) == 0 {
				t.Errorf("%s: no fields", bus)
			}
		}
		if len(buses()[bus]) == 0 {
			t.Errorf("table %s of the kernel: no form of %q", name, bus)
		}
	}
}

// Each line is as the kernel writes it: patterns by file2alias.c, device
// strings by the function in the comment.
var parsed = map[string][]string{
	"pci:v00008086d000015F3sv*sd*bc*sc*i*":                  {"vendor=00008086", "device=000015F3", "subvendor=*", "subdevice=*", "baseclass=*", "subclass=*", "interface=*"},
	"pci:v0000144Dd*sv*sd*bc01sc08i02*":                     {"vendor=0000144D", "device=*", "subvendor=*", "subdevice=*", "baseclass=01", "subclass=08", "interface=02", "*"},
	"pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01": {"vendor=00008086", "device=00002922", "subvendor=00001AF4", "subdevice=00001100", "baseclass=01", "subclass=06", "interface=01"}, // drivers/pci/pci-sysfs.c
	"pci:v00001AF4*":                  {"vendor=00001AF4*"},
	"pci:*":                           {"pci:*"},
	"vfio_pci:v*d*sv*sd*bc03sc00i00*": {"vendor=*", "device=*", "subvendor=*", "subdevice=*", "baseclass=03", "subclass=00", "interface=00", "*"},
	"usb:v0421p0001d01[0-9]*dc*dsc*dp*ic08isc*ip*in*": {"idVendor=0421", "idProduct=0001", "bcdDevice=01[0-9]*", "bDeviceClass=*", "bDeviceSubClass=*",
		"bDeviceProtocol=*", "bInterfaceClass=08", "bInterfaceSubClass=*", "bInterfaceProtocol=*", "bInterfaceNumber=*"},
	"usb:v1D6Bp0002d0606dc09dsc00dp01ic09isc00ip00in00": {"idVendor=1D6B", "idProduct=0002", "bcdDevice=0606", "bDeviceClass=09", "bDeviceSubClass=00",
		"bDeviceProtocol=01", "bInterfaceClass=09", "bInterfaceSubClass=00", "bInterfaceProtocol=00", "bInterfaceNumber=00"}, // drivers/usb/core/sysfs.c
	"acpi*:PNP0A08:*":                                         {"id=PNP0A08", ":*"},
	"acpi*:0604??:*":                                          {"id=0604??", ":*"},
	"acpi:PNP0A08:PNP0A03:":                                   {"id=PNP0A08", "id=PNP0A03", ":"}, // drivers/acpi/device_sysfs.c
	"dmi*:svn*Advantech*:pn*MICA*:":                           {"sys_vendor=*Advantech*", "product_name=*MICA*", ":"},
	"dmi:*:svnIBM:*:pvrThinkPad*:":                            {"=*", "sys_vendor=IBM", "=*", "product_version=ThinkPad*", ":"},
	"dmi:bvnSeaBIOS:bd04/01/2014:a:":                          {"bios_vendor=SeaBIOS", "bios_date=04/01/2014", "=a", ":"},         // drivers/firmware/dmi-id.c
	"cpu:type:x86,ven0000fam0006mod008F:feature:,0000,0001":   {"vendor=0000", "family=0006", "model=008F", "feature=,0000,0001"}, // drivers/base/cpu.c
	"cpu:type:x86,ven*fam*mod*:feature:*0081*":                {"vendor=*", "family=*", "model=*", "feature=*0081", "*"},
	"cpu:type:*:feature:*0001*":                               {"type=*", "feature=*0001", "*"},
	"x86cpu:vendor:0000:family:0006:model:002A:feature:,0001": {"vendor=0000", "family=0006", "model=002A", "feature=,0001"}, // arch/x86/kernel/cpu/match.c, Linux 3.10
	"input:b0003v046DpC077e0111-e0,1,2,4,k110,r0,1,8,am4,lsfw": {"bustype=0003", "vendor=046D", "product=C077", "version=0111", "evbit=0,1,2,4,", "keybit=110,",
		"relbit=0,1,8,", "absbit=", "mscbit=4,", "ledbit=", "sndbit=", "ffbit=", "swbit="}, // drivers/input/input.c
	"input:b*v*p*e*-e*3,*k*r*a*2,*m*l*s*f*w*": {"bustype=*", "vendor=*", "product=*", "version=*", "evbit=*3,*", "keybit=*",
		"relbit=*", "absbit=*2,*", "mscbit=*", "ledbit=*", "sndbit=*", "ffbit=*", "swbit=*"},
	"of:NserialT(null)Cns16550aCns16550":       {"name=serial", "type=(null)", "compatible=ns16550aCns16550"}, // drivers/of/module.c
	"of:N*T*Cadi,adis16460C*":                  {"name=*", "type=*", "compatible=adi,adis16460", "C*"},
	"hid:b0003g0001v0000046Dp0000C077":         {"bus=0003", "group=0001", "vendor=0000046D", "product=0000C077"}, // drivers/hid/hid-core.c
	"virtio:d00000001v00001AF4":                {"device=00000001", "vendor=00001AF4"},                            // drivers/virtio/virtio.c
	"virtio:d00000001v*":                       {"device=00000001", "vendor=*"},
	"vmbus:635161f83edfc546913ff2d2f965ed0e":   {"guid=635161f83edfc546913ff2d2f965ed0e"}, // drivers/hv/vmbus_drv.c
	"xen:vif":                                  {"devicetype=vif"},                        // drivers/xen/xenbus/xenbus_probe_frontend.c
	"xen-backend:vbd":                          {"devicetype=vbd"},                        // drivers/xen/xenbus/xenbus_probe_backend.c
	"scsi:t-0x0e":                              {"type=0e"},                               // drivers/scsi/scsi_sysfs.c
	"scsi:t-0x01*":                             {"type=01", "*"},
	"sdio:c07v02D0d4356":                       {"class=07", "vendor=02D0", "device=4356"},           // drivers/mmc/core/sdio_bus.c
	"mmc:block":                                {"type=block"},                                       // drivers/mmc/core/bus.c
	"mdio:00000000001000100001010101100010":    {"phy_id=00000000001000100001010101100010"},          // drivers/net/phy/phy_device.c
	"wmi:95F24279-4D7B-4334-9387-ACCDC67EF61C": {"guid_string=95F24279-4D7B-4334-9387-ACCDC67EF61C"}, // drivers/platform/x86/wmi.c
	"i2c:ad5381-5":                             {"name=ad5381-5"},                                    // drivers/i2c/i2c-core-base.c
	"spi:spidev":                               {"name=spidev"},                                      // drivers/spi/spi.c
	"platform:rtc_cmos":                        {"name=rtc_cmos"},                                    // drivers/base/platform.c
	"auxiliary:mlx5_core.eth":                  {"name=mlx5_core.eth"},                               // drivers/base/auxiliary.c
	"serio:ty06pr00id00ex00":                   {"type=06", "proto=00", "id=00", "extra=00"},         // drivers/input/serio/serio.c
	"pcmcia:m0149c0230f06fn00pfn00pa00000000pb725B842DpcF1EFEE84pd00000000": {"manf_id=0149", "card_id=0230", "func_id=06", "function=00", "device_no=00",
		"prod_id_hash1=00000000", "prod_id_hash2=725B842D", "prod_id_hash3=F1EFEE84", "prod_id_hash4=00000000"}, // drivers/pcmcia/ds.c
	"ccw:t3990mE9dt3390dm0C":                       {"cu_type=3990", "cu_model=E9", "dev_type=3390", "dev_model=0C"}, // drivers/s390/cio/device.c
	"ccw:t1731m01dtdm":                             {"cu_type=1731", "cu_model=01", "dev_type=", "dev_model="},       // likewise, without a device type
	"ap:t0B":                                       {"dev_type=0B"},                                                  // drivers/s390/crypto/ap_bus.c
	"css:t0":                                       {"type=0"},                                                       // drivers/s390/cio/css.c
	"eisa:sABP7401*":                               {"sig=ABP7401", "*"},
	"hdaudio:v10EC0235r00100002a01":                {"vendor_id=10EC0235", "rev_id=00100002", "api_version=01"}, // sound/hda/hdac_device.c
	"pnp:dPNP0501*":                                {"id=PNP0501", "*"},
	"parisc:t0Ahv05C0rev00sv00000072":              {"hw_type=0A", "hversion=05C0", "hversion_rev=00", "sversion=00000072"}, // arch/parisc/kernel/drivers.c
	"ieee1394:ven000001F2mo*sp000001F2ver*":        {"vendor_id=000001F2", "model_id=*", "specifier_id=000001F2", "version=*"},
	"rpmsg:IPCRTR":                                 {"name=IPCRTR"}, // drivers/rpmsg/rpmsg_core.c
	"slim:217:2010:*":                              {"manf_id=217", "prod_code=2010", "dev_index=*"},
	"slim:217:250:1:0":                             {"manf_id=217", "prod_code=250", "dev_index=1", "instance=0"}, // drivers/slimbus/core.c
	"tee:c191ee95-4c1b-4a5a-b0f7-6e6a6d1e1f6f*":    {"uuid=c191ee95-4c1b-4a5a-b0f7-6e6a6d1e1f6f", "*"},
	"typec:idFF01m01":                              {"svid=FF01", "mode=01"}, // drivers/usb/typec/class.c, to Linux 6.12
	"typec:idFF01":                                 {"svid=FF01"},
	"ishtp:{33AECD58-B679-4E54-9BD9-A04D34F0C226}": {"guid={33AECD58-B679-4E54-9BD9-A04D34F0C226}"}, // drivers/hid/intel-ish-hid/ishtp/bus.c
	"mei:pn544:0bb17a78-2a8e-4c50-94d4-50266723775c:01:": {"name=pn544", "uuid=0bb17a78-2a8e-4c50-94d4-50266723775c", "version=01", ":"}, // drivers/misc/mei/bus.c
	"mei:*:b638ab7e-94e2-4ea2-a552-d1c54b627f04:*:*":     {"name=*", "uuid=b638ab7e-94e2-4ea2-a552-d1c54b627f04", "version=*", ":*"},
	"dfl:t0000f0010*":                           {"type=0000", "feature_id=0010", "*"},
	"ssam:d01c02t02i01f00":                      {"domain=01", "category=02", "target=02", "instance=01", "function=00"},                                     // drivers/platform/surface/aggregator/bus.c
	"mhi:IPCR":                                  {"chan=IPCR"},                                                                                               // drivers/bus/mhi/host/init.c
	"mhi_ep:SAHARA":                             {"chan=SAHARA"},                                                                                             // drivers/bus/mhi/ep/main.c
	"rapidio:v0038d0578av0000ad0000":            {"vid=0038", "did=0578", "asm_vid=0000", "asm_did=0000"},                                                    // drivers/rapidio/rio-sysfs.c
	"zorro:i02140000":                           {"id=02140000"},                                                                                             // drivers/zorro/zorro-sysfs.c
	"ipac:f01v00000064d00000063":                {"format=01", "vendor=00000064", "device=00000063"},                                                         // drivers/ipack/ipack.c
	"ipack:f01v00000064d00000063":               {"format=01", "vendor=00000064", "device=00000063"},                                                         // likewise, in uevent
	"mcb:16z025":                                {"device=025"},                                                                                              // drivers/mcb/mcb-core.c
	"fsl-mc:v00001957ddpni":                     {"vendor=00001957", "obj_type=dpni"},                                                                        // drivers/bus/fsl-mc/fsl-mc-bus.c
	"tbsvc:kdisplayp00000001v00000001r00000001": {"protocol_key=display", "protocol_id=00000001", "protocol_version=00000001", "protocol_revision=00000001"}, // drivers/thunderbolt/xdomain.c
	"tbsvc:knetworkp00000001v*r*":               {"protocol_key=network", "protocol_id=00000001", "protocol_version=*", "protocol_revision=*"},
	"bcma:m04BFid0812rev15cl00":                 {"manuf=04BF", "id=0812", "rev=15", "class=00"},                  // drivers/bcma/main.c
	"ssb:v4243id0812rev0B":                      {"vendor=4243", "coreid=0812", "revision=0B"},                    // drivers/ssb/main.c
	"vio:TnetworkSIBM,l-lan":                    {"type=network", "compat=IBM,l-lan"},                             // arch/powerpc/platforms/pseries/vio.c
	"sdw:m025Dp0711v03c01":                      {"mfg_id=025D", "part_id=0711", "sdw_version=03", "class_id=01"}, // drivers/soundwire/bus_type.c
	"ulpi:v0451p1508":                           {"vendor=0451", "product=1508"},                                  // drivers/usb/common/ulpi.c
	"amba:d0004[01]??[2367]":                    {"id=0004[01]??[2367]"},
	"mipscdmm:tFC*":                             {"type=FC", "*"},
	"cdx:v10EEd8084sv10EEsd8084c020000":         {"vendor=10EE", "device=8084", "subvendor=10EE", "subdevice=8084", "class=020000"}, // drivers/cdx/cdx.c
	"i3c:dcr00manuf0123part0012ext0000":         {"dcr=00", "manuf_id=0123", "part_id=0012", "extra_info=0000"},                     // drivers/i3c/master.c
	"i3c:dcrC6manuf02F5":                        {"dcr=C6", "manuf_id=02F5"},                                                        // likewise, of a device with a random id
	"vchiq:bcm2835-camera":                      {"name=bcm2835-camera"},                                                            // vchiq_bus.c
	"coreboot:t00000017":                        {"tag=00000017"},                                                                   // drivers/firmware/google/coreboot_table.c
	"nd:t2*":                                    {"type=2", "*"},
	"fs-ext4":                                   {"fs-ext4"},
	"char-major-10-200":                         {"char-major-10-200"},
	"net-pf-16-proto-4-type-2":                  {"net-pf-16-proto-4-type-2"},
	"crypto-sha1":                               {"crypto-sha1"},
	"symbol:usb_submit_urb":                     {"symbol:usb_submit_urb"},
	"acpi":                                      {"acpi"},
	"":                                          nil,
}

func TestParse(t *testing.T) {
	for text, want := range parsed {
		a, err := Parse(text)
		if err != nil {
			t.Errorf("Parse(%q): %v", text, err)
			continue
		}
		var got []string
		for _, f := range a.Fields {
			got = append(got, f.Name+"="+f.Value)
		}
		if a.Rest != "" {
			got = append(got, a.Rest)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Parse(%q) mismatch (-want +got):\n%s", text, diff)
		}
		if a.String() != text {
			t.Errorf("Parse(%q).String() = %q", text, a.String())
		}
	}
}

// Every bus has its sample above.
func TestParsedHasAllBuses(t *testing.T) {
	seen := map[string]bool{}
	for text := range parsed {
		bus, _ := splitBus(text)
		seen[bus] = true
	}
	var missing []string
	for bus := range buses() {
		if !seen[bus] {
			missing = append(missing, bus)
		}
	}
	slices.Sort(missing)
	if diff := cmp.Diff([]string{"cxl", "dax", "hsi", "idxd", "vfio_cdx", "visorbus"}, missing); diff != "" {
		t.Errorf("buses without a sample mismatch (-want +got):\n%s", diff)
	}
}

func TestIDs(t *testing.T) {
	for text, want := range map[string]string{
		"pci:v00008086d000015F3sv*sd*bc*sc*i*":    "8086:15f3",
		"usb:v0BDAp8156d31*dc*dsc*dp*ic*isc*ip*":  "0bda:8156",
		"pci:v0000144Dd*sv*sd*bc01sc08i02*":       "",
		"pci:v000010ECd00008[01]68sv*sd*bc*sc*i*": "",
		"usb:v0BDAp*":                      "",
		"virtio:d00000001v00001AF4":        "",
		"pci:*":                            "",
		"fs-ext4":                          "",
		PCIKey("8086", "", "", "", ""):     "",
		PCIKey("8086", "2922", "", "", ""): "8086:2922",
	} {
		a, err := Parse(text)
		if err != nil {
			t.Errorf("Parse(%q): %v", text, err)
		}
		got := ""
		if vendor, device, named := a.IDs(); named {
			got = vendor + ":" + device
		}
		if got != want {
			t.Errorf("IDs of %q: %q, want %q", text, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]SyntaxError{
		"pci:":                                   {Bus: "pci", Field: "vendor", Offset: 3},
		"pci:v00008086d000015f3sv*sd*bc*sc*i*":   {Bus: "pci", Field: "device", Offset: 14},
		"pci:v8086d15F3sv*sd*bc*sc*i*":           {Bus: "pci", Field: "vendor", Offset: 5},
		"pci:v00008086d000015F3":                 {Bus: "pci", Field: "subvendor", Offset: 22},
		"virtio:d00000001v00001AF4x":             {Bus: "virtio", Offset: 25},
		"usb:v0763p1031d010dc*dsc*dp*ic*isc*ip*": {Bus: "usb", Field: "bcdDevice", Offset: 15},
		"usb:v0BDAp8156d[0-3":                    {Bus: "usb", Field: "bcdDevice", Offset: 15},
	} {
		_, err := Parse(text)
		var got *SyntaxError
		want.Alias = text
		if !errors.As(err, &got) {
			t.Errorf("Parse(%q): error %v, want a SyntaxError", text, err)
		} else if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("Parse(%q) mismatch (-want +got):\n%s", text, diff)
		}
	}
	if _, err := Parse("of:N" + strings.Repeat("T", maxAlias)); err == nil {
		t.Error("a text longer than a page of sysfs is taken")
	}
	if _, err := Parse("mei:" + strings.Repeat(":", maxAlias-4)); err == nil {
		t.Error("an alias of mei of colons only is taken")
	}
}

// Key writes what Parse reads.
func TestKey(t *testing.T) {
	for text := range parsed {
		a, err := Parse(text)
		if err != nil || len(a.Fields) == 0 || a.Fields[0].Name == "" || strings.ContainsAny(text, "*?[") || strings.HasSuffix(text, "dtdm") || buses()[a.Bus][0].segments {
			continue
		}
		values := map[string]string{}
		for _, f := range a.Fields {
			values[f.Name] = f.Value
		}
		if len(values) < len(buses()[a.Bus][0].parts) {
			continue
		}
		if got, err := Key(a.Bus, values); err != nil || got != text {
			t.Errorf("Key(%s, %v) = %q, %v, want %q", a.Bus, values, got, err, text)
		}
	}
	if got, err := Key("dmi", map[string]string{"sys_vendor": "IBM", "product_name": "X40"}); err != nil || got != "dmi:svnIBM:pnX40:" {
		t.Errorf("Key(dmi) = %q, %v", got, err)
	}
	for _, test := range []struct {
		bus, field, value string
	}{{"nubus", "a", "1"}, {"pci", "vendor", "18086F00D"}, {"pci", "vendor", "8o86"}, {"pci", "colour", "1"}, {"i2c", "name", ""}} {
		if key, err := Key(test.bus, map[string]string{test.field: test.value}); err == nil {
			t.Errorf("Key(%s, %s=%s) = %q, want an error", test.bus, test.field, test.value, key)
		}
	}
}
