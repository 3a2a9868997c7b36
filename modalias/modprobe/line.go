package modprobe

import "strings"

// blanks separate the words of a line, but those of a softdep.
const blanks = "\t "

// add adds what one line says (kmod's libkmod/libkmod-config.c,
// kmod_config_parse). It returns the first word of a line that is wrong.
func (c *Config) add(line string) (word string, ok bool) {
	if strings.HasPrefix(line, "#") || strings.Trim(line, blanks) == "" {
		return "", true
	}
	word, rest := nextWord(line)
	name, rest := nextWord(rest)
	name, ok = underscores(name)
	if !ok {
		return word, false
	}
	switch word {
	case "alias":
		module, _ := nextWord(rest)
		module, ok = underscores(module)
		if ok {
			c.Aliases = append(c.Aliases, Alias{name, module})
		}
		return word, ok
	case "blacklist":
		c.Blacklist = append(c.Blacklist, name)
		return word, true
	}
	return word, rest != "" && c.addText(word, name, rest)
}

// addText adds what takes the rest of the line as it is.
func (c *Config) addText(word, module, text string) bool {
	switch word {
	case "options":
		c.Options = append(c.Options, Options{module, strings.ReplaceAll(text, "\t", " ")})
	case "install":
		c.Install = append(c.Install, Command{module, text})
	case "remove":
		c.Remove = append(c.Remove, Command{module, text})
	case "softdep":
		c.Softdeps = append(c.Softdeps, softdepOf(module, text))
	default:
		return false
	}
	return true
}

// nextWord cuts off the first word, and one blank behind it.
func nextWord(text string) (word, rest string) {
	text = strings.TrimLeft(text, blanks)
	i := strings.IndexAny(text, blanks)
	if i < 0 {
		return text, ""
	}
	return text[:i], text[i+1:]
}

// underscores turns '-' into '_' outside of brackets. It is false for an empty
// name and for brackets that are not balanced.
func underscores(name string) (string, bool) {
	out := []byte(name)
	for i := 0; i < len(out); i++ {
		switch out[i] {
		case '-':
			out[i] = '_'
		case ']':
			return "", false
		case '[':
			n := strings.IndexByte(name[i:], ']')
			if n < 0 {
				return "", false
			}
			i += n
		}
	}
	return string(out), name != ""
}

// softdepOf reads "pre: a b post: c". What comes before the first of the two
// words counts for nothing.
func softdepOf(module, text string) Softdep {
	dep := Softdep{Module: module}
	var list *[]string
	for _, word := range softdepWords(text) {
		switch {
		case word == "pre:":
			list = &dep.Pre
		case word == "post:":
			list = &dep.Post
		case list != nil:
			*list = append(*list, word)
		}
	}
	return dep
}

// softdepWords separates words as kmod does: a single blank at the start, left
// over where two stand behind the module's name, is a part of the first word,
// so that kmod does not know it. The same blindness is kept here on purpose:
// what modprobe does not load, we do not announce.
func softdepWords(text string) []string {
	words := strings.FieldsFunc(text, isSpace)
	if len(words) > 0 && strings.HasPrefix(text[1:], words[0]) && isSpace(rune(text[0])) {
		words[0] = text[:1] + words[0]
	}
	return words
}

// isSpace is isspace(3) in the C locale.
func isSpace(c rune) bool { return c == ' ' || '\t' <= c && c <= '\r' }
