package source

// at completes a finding with the place of a recipe or of one of its files.
func (r *reader) at(f Finding, at location) Finding {
	f.File, f.Source = at.path, at.tree()
	f.Unreachable = !r.reached[at]
	return f
}

// in is a finding about an index.
func in(x *index, key string) Finding {
	return Finding{Extension: x.ID, Platform: key, File: x.at.path, Source: x.at.tree()}
}

// placed turns the URL of a recipe, by which the checks of a catalogue name
// it, into its file.
func (r *reader) placed(f Finding) Finding {
	if pack, found := r.packs[f.Extension]; found && f.File == "" {
		f.File, f.Source = pack.File, pack.Source
		return f
	}
	if at, err := locate(r.mirrors, f.File); err == nil {
		return r.at(f, at)
	}
	return f
}
