package initramfs

import (
	"path"

	"github.com/u-root/u-root/pkg/cpio"

	"github.com/modscout/modscout/initramfs/layout"
)

// Commands are programs for a person who debugs: one that looks at the name that
// it is called by, and its names.
type Commands struct {
	Program []byte
	Names   []string
}

func (fs *Initramfs) addCommands(c *Commands) {
	const program = "bb"
	fs.add(path.Join(layout.CommandsDir, program), c.Program, 0o755)
	for _, name := range c.Names {
		fs.records = append(fs.records, cpio.Symlink(path.Join(layout.CommandsDir, name), program))
	}
}
