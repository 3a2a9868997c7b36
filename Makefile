# Two commands matter: `make demo` shows the main job, `make test` runs every
# test. Each installs what it needs on a Debian machine (apt packages by name,
# Go modules) and keeps what it downloads in .cache.

CACHE   := .cache
KERNELS := $(CACHE)/kernels
# Metapackages, because an ABI leaves the archive when the next one comes.
FLAVOURS := linux-image-amd64 linux-image-6.12-amd64 linux-image-cloud-amd64 linux-image-6.12-cloud-amd64

DEMO_PACKAGES := qemu-system-x86 ipxe-qemu grub-common grub-pc-bin grub-efi-amd64-bin
TEST_PACKAGES := $(DEMO_PACKAGES) ovmf kmod libkmod-dev gcc libc6-dev busybox-static cpio

.PHONY: build test demo kernels clean
build:
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/modscout ./cmd/modscout

# In a test run a missing tool is a failure, not a skip: it was installed here.
test: $(CACHE)/test-packages kernels
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "gofmt wants: $$unformatted"; exit 1; }
	go vet ./...
	MODSCOUT_REQUIRE=1 go test -count=1 -timeout 40m ./...

kernels: $(FLAVOURS:%=$(KERNELS)/%/.done)

# The newest ABI behind a metapackage, unpacked and never installed.
$(KERNELS)/%/.done: | $(CACHE)/apt-lists
	rm -rf $(@D) && mkdir -p $(@D)
	cd $(@D) && apt-get download $$(apt-cache depends --no-recommends $* | awk '/Depends: linux-image/{print $$2; exit}')
	cd $(@D) && dpkg -x *.deb . && rm -f *.deb && touch .done

$(CACHE)/apt-lists:
	mkdir -p $(CACHE)
	apt-get update && touch $@

$(CACHE)/test-packages: PACKAGES = $(TEST_PACKAGES)
$(CACHE)/demo-packages: PACKAGES = $(DEMO_PACKAGES)
$(CACHE)/%-packages: Makefile | $(CACHE)/apt-lists
	dpkg -s $(PACKAGES) >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(PACKAGES)
	touch $@

clean:
	rm -rf bin $(CACHE)
