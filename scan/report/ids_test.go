package report

import "testing"

func TestHexID(t *testing.T) {
	tests := []struct {
		text   string
		digits int
		want   string
	}{
		{"0x8086", 4, "8086"},
		{"BDA", 4, "0bda"},
		{"0", 2, "00"},
		{"0x0c0330", 6, "0c0330"},
		{"ffffffff", 8, "ffffffff"},
		{"12345", 4, ""},
		{"", 4, ""},
		{"0x", 4, ""},
		{"-1", 4, ""},
		{"xyz", 4, ""},
	}
	for _, test := range tests {
		if got := HexID(test.text, test.digits); got != test.want {
			t.Errorf("HexID(%q, %d) = %q, want %q", test.text, test.digits, got, test.want)
		}
	}
}

func TestUSBClass(t *testing.T) {
	for text, want := range map[string]string{
		"255/255/0": "ffff00", "8/6/80": "080650", "0/0/0": "000000",
		"": "", "8/6": "", "8/6/80/1": "", "256/0/0": "", "a/b/c": "", "8//80": "",
	} {
		if got := USBClass(text); got != want {
			t.Errorf("USBClass(%q) = %q, want %q", text, got, want)
		}
	}
}
