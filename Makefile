# Two commands matter: `make demo` shows the main job, `make test` runs every
# test. Each installs what it needs on a Debian machine (apt packages by name,
# Go modules) and keeps what it downloads in .cache.

CACHE   := .cache
KERNELS := $(CACHE)/kernels
# Metapackages, because an ABI leaves the archive when the next one comes.
# FLAVOURS are in the embedded catalogue; tests read the others too.
FLAVOURS     := linux-image-amd64 linux-image-6.12-amd64 linux-image-cloud-amd64 linux-image-6.12-cloud-amd64
TEST_KERNELS := $(FLAVOURS) linux-image-rt-amd64 linux-image-6.12-rt-amd64

DEMO_PACKAGES := qemu-system-x86 seabios ipxe-qemu grub-common grub-pc-bin grub-efi-amd64-bin mtools xz-utils zstd
TEST_PACKAGES := $(DEMO_PACKAGES) ovmf chromium-headless-shell dosfstools kmod libkmod-dev gcc libc6-dev busybox-static cpio bzip2 gzip lz4 lzop coinor-cbc pciutils usbutils swtpm patch git jq

.PHONY: build test verify-redpill proof fuzz bench matrix boots screen evaluate demo kernels tools catalog generated clean
build:
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/ ./cmd/modscout
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' $(SMALL) -o bin/ ./cmd/modscout-init

# Every machine that boots the scan image unpacks its program: without inlining
# and HTTP/2 it takes a seventh less.
SMALL := -gcflags=all=-l -tags=nethttpomithttp2

# The main job: make the scan image with Debian's kernel, boot it as a USB stick
# on an emulated PC with seven cards, and look at what it left on the stick.
DEMO        := $(CACHE)/demo
DEMO_KERNEL := $(KERNELS)/linux-image-6.12-amd64
demo: $(CACHE)/demo-packages $(DEMO_KERNEL)/.done build
	mkdir -p $(DEMO)
	bin/modscout image build --kernel $(DEMO_KERNEL)/boot/vmlinuz-* --modules $(DEMO_KERNEL)/lib/modules/* -o $(DEMO)/scan.img
	bin/modscout image run $(DEMO)/scan.img --board demo --poweroff
	@echo; echo "What the stick holds now:"
	mcopy -nso -i $(DEMO)/scan.img@@1M ::modscout $(DEMO)
	bin/modscout show $(DEMO)/modscout/report.json
	bin/modscout pack $(DEMO)/modscout/plan.json --for rr -o $(DEMO)/rr
	cat $(DEMO)/rr/README.txt

# In a test run a missing tool is a failure, not a skip: it was installed here.
test: $(CACHE)/test-packages kernels tools
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "gofmt wants: $$unformatted"; exit 1; }
	go vet ./...
	MODSCOUT_REQUIRE=1 go test -count=1 -timeout 40m ./...
	$(MAKE) fuzz

# What reads strangers' files gets strange input, each target so many: where a
# time is given, go test may take its end for a failure. What is found lands in
# testdata/fuzz: commit it with the mend.
FUZZ_TIME  := 60000x
FUZZ_ROOMS := ./modalias/...
fuzz: SHELL := /bin/bash
fuzz:
	@set -o pipefail; for room in $$(go list $(FUZZ_ROOMS)); do \
		for target in $$(go test -list '^Fuzz' $$room | grep '^Fuzz'); do \
			echo "$$room $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZ_TIME) -fuzzminimizetime 2s $$room | grep -v '^fuzz: elapsed' || exit 1; \
		done; \
	done

# Times beside the tools that people have, as ratios of the same run; RPEXT is a
# clone of pocopico/rp-ext. The short form compares results more than times.
bench: $(CACHE)/test-packages kernels build
	RPEXT=$(RPEXT) go run ./cmd/bench $(BENCH)

# Every device that QEMU has, as one boot of the scan image finds and drives it.
matrix: $(CACHE)/test-packages $(KERNELS)/linux-image-6.12-amd64/.done
	go test -count=1 ./cmd/modscout -run '^TestMatrix$$' -v -matrix $(CURDIR)/docs/probing.md

# The scan image booted from every medium by every firmware, with the time that it
# takes and the least memory: every way whose name BOOTS fits. A way takes minutes.
BOOTS ?= .
boots: $(CACHE)/test-packages tools $(KERNELS)/linux-image-amd64/.done $(KERNELS)/linux-image-6.12-amd64/.done
	MODSCOUT_REQUIRE=1 go test -count=1 -timeout 120m -v -run 'TestBoots/($(BOOTS))' ./cmd/modscout -boots $(abspath docs/image.md)

# The screen of the scan image, as a picture for the documents.
screen: $(CACHE)/test-packages $(KERNELS)/linux-image-amd64/.done
	go test -count=1 ./cmd/modscout -run '^TestBoot$$/^screen$$' -v -screen $(CURDIR)/docs/screen.png

# How right the answers are over real machines: files that import reads. Lists of
# devices (.jsonl) are no machines.
#   make evaluate CORPORA=DIR
evaluate:
	go run ./cmd/evaluate $$(find $(CORPORA) -type f ! -name '*.jsonl')

# Proof that the real packer takes what pack --for redpill makes: a clone of
# RedPill-TTG/redpill-load, whose scripts run in a sandbox.
#   make verify-redpill REDPILL_LOAD=DIR [UPDATE=-update]
REDPILL_LOAD_COMMIT ?= $(shell git -C $(REDPILL_LOAD) rev-parse HEAD)
verify-redpill: $(CACHE)/verify-packages
	@test -f "$(REDPILL_LOAD)/ext-manager.sh" || { echo "REDPILL_LOAD must name a clone of RedPill-TTG/redpill-load"; exit 1; }
	REDPILL_LOAD="$(abspath $(REDPILL_LOAD))" REDPILL_LOAD_COMMIT=$(REDPILL_LOAD_COMMIT) \
		go test -count=1 -v -run ExtManager ./recommend/packer $(UPDATE)

# Proof that plans are sufficient and minimal, on running kernels: every board
# whose name BOARDS fits, in every way of loading. A board takes a minute.
BOARDS ?= .
proof: $(CACHE)/test-packages kernels
	MODSCOUT_REQUIRE=1 go test -count=1 -timeout 120m -parallel 2 -v -run 'TestPlanIsSufficientAndMinimal/on/($(BOARDS))' ./cmd/modscout -proof $(abspath docs/proof.md)

kernels: $(TEST_KERNELS:%=$(KERNELS)/%/.done)

# The newest ABI behind a metapackage, unpacked and never installed.
$(KERNELS)/%/.done: | $(CACHE)/apt-lists
	rm -rf $(@D) && mkdir -p $(@D)
	cd $(@D) && apt-get download $$(apt-cache depends --no-recommends $* | awk '/Depends: linux-image/{print $$2; exit}')
	cd $(@D) && dpkg -x *.deb . && rm -f *.deb && touch .done

# Tools that tests hold our files to and that a machine has one of at most, and
# the signed boot loaders, whose installation would write to /boot: unpacked and never installed.
TOOLS := dracut-core initramfs-tools-core shim-signed shim-helpers-amd64-signed grub-efi-amd64-signed
tools: $(TOOLS:%=$(CACHE)/tools/%/.done)

$(CACHE)/tools/%/.done: | $(CACHE)/apt-lists
	rm -rf $(@D) && mkdir -p $(@D)
	cd $(@D) && apt-get download $* && dpkg -x *.deb . && rm -f *.deb && touch .done

# The lists of ids that scan/names embeds, from the packages of the day.
.PHONY: names
names: | $(CACHE)/apt-lists
	rm -rf $(CACHE)/names && mkdir -p $(CACHE)/names
	cd $(CACHE)/names && apt-get download pci.ids usb.ids && for deb in *.deb; do dpkg -x $$deb . || exit 1; done
	zstd -qf --ultra -22 $(CACHE)/names/usr/share/misc/pci.ids -o scan/names/data/pci.ids.zst
	zstd -qf --ultra -22 $(CACHE)/names/var/lib/usbutils/usb.ids -o scan/names/data/usb.ids.zst
	@echo "now write the versions into scan/names/data/README:"; ls $(CACHE)/names/*.deb

$(CACHE)/apt-lists:
	mkdir -p $(CACHE)
	apt-get update && touch $@

$(CACHE)/verify-packages: PACKAGES = jq curl util-linux busybox-static
$(CACHE)/test-packages: PACKAGES = $(TEST_PACKAGES)
$(CACHE)/demo-packages: PACKAGES = $(DEMO_PACKAGES)
$(CACHE)/%-packages: Makefile | $(CACHE)/apt-lists
	dpkg -s $(PACKAGES) >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(PACKAGES)
	touch $@

# The embedded catalogue, anew: RR's tables, clones of pocopico/rp-ext and
# jim3ma/synology-igc, and Debian's kernels with the list of its firmware files.
#   make catalog RR=rr-modules.json.zst RPEXT=rp-ext IGC=synology-igc
RR_ORIGIN    ?= RROrg/rr,commit=e83ec2b5ecc1a9c467797da05a4d018170e72503,date=2026-07-23
RPEXT_ORIGIN ?= pocopico/rp-ext,$(call commit,$(RPEXT))
IGC_ORIGIN   ?= jim3ma/synology-igc,$(call commit,$(IGC))
TREES         = $(foreach flavour,$(FLAVOURS),$(wildcard $(KERNELS)/$(flavour)/lib/modules/*))
FIRMWARE     := $(CACHE)/firmware/Contents-all
commit        = $(shell git -C $(1) log -1 --format=commit=%H,date=%cs)
sha256        = $(shell apt-cache show linux-image-$(notdir $(1)) | awk '/^SHA256:/{print $$2; exit}')

catalog: build kernels $(FIRMWARE)
	bin/modscout catalog build --name default -o recommend/catalog/embedded/default.json.zst \
		"$(RR)" "$(RPEXT)" "$(IGC)" $(TREES) $(FIRMWARE) \
		--origin "$(RR)=$(RR_ORIGIN),sha256=$$(sha256sum $(RR) | cut -c-64)" --origin "$(RPEXT)=$(RPEXT_ORIGIN)" --origin "$(IGC)=$(IGC_ORIGIN)" \
		--origin "$(FIRMWARE)=Debian bookworm Contents-all of non-free-firmware with $(subst $() $(), and ,$(FREE_FIRMWARE)),sha256=$$(sha256sum $(FIRMWARE) | cut -c-64)" \
		$(foreach tree,$(TREES),--origin "$(tree)=linux-image-$(notdir $(tree)),sha256=$(call sha256,$(tree))")
	go test -run TestPacked ./recommend/catalog/embedded -update
	$(MAKE) build

# Drivers of three kernels as extensions of RedPill form, with index, recipe and
# archive for each: a real catalogue that anybody can boot.
GENERATED := linux-image-amd64 linux-image-6.12-amd64 linux-image-rt-amd64
generated: build $(GENERATED:%=$(KERNELS)/%/.done)
	bin/modscout catalog generate -o $(CACHE)/extensions \
		$(foreach flavour,$(GENERATED),--kernel-tree $(wildcard $(KERNELS)/$(flavour)/lib/modules/*))
	bin/modscout catalog build --name generated $(CACHE)/extensions -o $(CACHE)/extensions.json.zst

# Which package ships which firmware: a list of 17 kB that apt-get update can
# fetch, in directories of its own, so that the machine's lists stay as they are.
# Of main, whose list is large, the packages themselves tell.
FREE_FIRMWARE := firmware-linux-free firmware-ath9k-htc
$(FIRMWARE): | $(CACHE)/apt-lists
	mkdir -p $(@D)/lists/partial $(@D)/cache/archives/partial
	apt-get indextargets --format 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $$(REPO_URI) bookworm non-free-firmware' \
		'Codename: bookworm' 'Component: main' | sort -u >$(@D)/firmware.list
	apt-get update -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$(abspath $(@D)) \
		-o Dir::State::lists=$(abspath $(@D))/lists -o Dir::Cache=$(abspath $(@D))/cache \
		-o 'Acquire::IndexTargets::deb::Contents-all::MetaKey=$$(COMPONENT)/Contents-all' \
		-o 'Acquire::IndexTargets::deb::Contents-all::ShortDescription=Contents-all' \
		-o 'Acquire::IndexTargets::deb::Contents-all::Description=$$(RELEASE) $$(COMPONENT) Contents-all'
	/usr/lib/apt/apt-helper cat-file $(@D)/lists/*_Contents-all* >$@.new
	cd $(@D) && for name in $(FREE_FIRMWARE); do apt-get download $$name && dpkg -c $${name}_*.deb | \
		awk -v name=$$name '{sub(/^\.\//, "", $$6); print $$6 " kernel/" name}' >>$(abspath $@).new || exit 1; done
	mv $@.new $@

clean:
	rm -rf bin $(CACHE)
