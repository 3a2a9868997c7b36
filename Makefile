# Two commands matter: `make demo` shows the main job, `make test` runs every
# test. Each installs what it needs on a Debian machine.

CACHE   := .cache
KERNELS := $(CACHE)/kernels
# Metapackages, because an ABI leaves the archive when the next one comes.
FLAVOURS := linux-image-amd64 linux-image-6.12-amd64 linux-image-cloud-amd64 linux-image-6.12-cloud-amd64

.PHONY: build kernels
build:
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/modscout ./cmd/modscout

kernels: $(FLAVOURS:%=$(KERNELS)/%/.done)

# The newest ABI behind a metapackage, unpacked and never installed.
$(KERNELS)/%/.done:
	rm -rf $(@D) && mkdir -p $(@D)
	cd $(@D) && apt-get download $$(apt-cache depends --no-recommends $* | awk '/Depends: linux-image/{print $$2; exit}')
	cd $(@D) && dpkg -x *.deb . && rm -f *.deb && touch .done
