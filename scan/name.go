package scan

// name looks up the names of all devices. A list that cannot be read costs its
// names and is a warning.
func (s *scanner) name() {
	for _, d := range s.devices {
		d.SetNames(s.opts.Names)
	}
	if err := s.opts.Names.Err(); err != nil {
		s.rep.Warn("names", "", err.Error())
	}
}
