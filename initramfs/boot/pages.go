package boot

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/modscout/modscout/recommend/plan"
	"github.com/modscout/modscout/recommend/show"
)

// turn shows the first page of what a key stands for, and the next one each
// time that it is pressed again.
func (s *session) turn(ctx context.Context, key byte) {
	s.page++
	if s.lastKey != key {
		s.lastKey, s.page = key, 0
	}
	if s.report == nil {
		return
	}
	for _, screen := range s.screens {
		pages, err := within(ctx, limitShow, func(context.Context) ([]string, error) {
			size := screen.Size()
			size.Height--
			return s.pages(key, size)
		})
		s.complain("show", err)
		if len(pages) == 0 {
			continue
		}
		n := s.page % len(pages)
		screen.Replace([]byte(strings.TrimSuffix(pages[n], "\n") + "\n"))
		fmt.Fprintln(screen, s.footer(key, fmt.Sprintf("%d of %d", n+1, len(pages))))
	}
}

// footer is the line below a page: which it is, and what can be done.
func (s *session) footer(key byte, page string) string {
	switch key {
	case KeyDevices:
		return "Page " + page + ". d next page, NUMBER Enter or n details, a answer, p power off"
	case keyEnter:
		return fmt.Sprintf("%d of %d, page %s. Enter next page, n next, b before, d list, a answer", s.device+1, len(show.Listed(s.report)), page)
	}
	return fmt.Sprintf("Page %s. %c next page, a answer, r reboot, p power off", page, key)
}

// pages are what a key shows.
func (s *session) pages(key byte, size Size) ([]string, error) {
	switch {
	case key == keyEnter:
		return show.Screens(show.Options(size), func(w io.Writer) error {
			_, err := w.Write(s.story)
			return err
		})
	case key != KeyWeb && s.parts.Pages != nil:
		return s.parts.Pages(key, s.plan, s.report, size)
	}
	var pages []string
	for _, url := range s.urls() {
		var b strings.Builder
		if err := show.Code(&b, url); err != nil {
			return nil, err
		}
		pages = append(pages, b.String()+url+"\n")
	}
	return pages, nil
}

// maxTyped bounds the number of a device.
const maxTyped = 100_000

// number takes the digits of a device's number while devices are shown, and
// what takes the last of them back. It says whether the key was one of these.
func (s *session) number(key byte) bool {
	const backspace, delete = 0x08, 0x7f
	shown := s.lastKey == KeyDevices || s.lastKey == keyEnter
	switch {
	case !shown:
		return '0' <= key && key <= '9'
	case '0' <= key && key <= '9' && s.typed < maxTyped:
		s.typed = s.typed*10 + int(key-'0')
		s.screens.echo(string(key))
	case (key == backspace || key == delete) && s.typed > 0:
		s.typed /= 10
		s.screens.echo("\b \b")
	default:
		return false
	}
	return true
}

// enter shows the device whose number was typed, or the next page of the one
// that is shown.
func (s *session) enter(ctx context.Context, typed int) {
	switch {
	case typed > 0:
		s.screens.progress("")
		s.detail(ctx, typed-1)
	case s.lastKey == keyEnter:
		s.turn(ctx, keyEnter)
	}
}

// detail shows all that is known of one device, by its place in the list.
func (s *session) detail(ctx context.Context, place int) {
	if s.report == nil {
		return
	}
	devices := show.Listed(s.report)
	if place < 0 || place >= len(devices) {
		s.screens.progress(fmt.Sprintf("There are %d devices.", len(devices)))
		return
	}
	var story bytes.Buffer
	_, err := within(ctx, limitRecommend, func(ctx context.Context) (struct{}, error) {
		id := devices[place].ID
		x, err := s.explain(ctx, id)
		s.complain("explain", err)
		return struct{}{}, show.Device(&story, s.report, id, s.plan, x)
	})
	s.complain("show", err)
	if err != nil {
		return
	}
	s.device, s.story, s.lastKey = place, story.Bytes(), 0
	s.turn(ctx, keyEnter)
}

// explain tells what the plan says of a device, nil where there is no plan.
func (s *session) explain(ctx context.Context, id string) (*plan.Explanation, error) {
	if s.plan == nil || s.parts.Explain == nil {
		return nil, nil
	}
	return s.parts.Explain(ctx, s.plan, s.report, s.options, id)
}
