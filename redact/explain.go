package redact

import (
	"hash/crc32"
	"slices"
	"strings"
)

// Finding says what was found where, and why. It never holds the value.
type Finding struct {
	Path      string   `json:"path,omitempty"` // the key nearest to the value
	Start     int      `json:"start"`          // byte offsets in the text as it was given
	End       int      `json:"end"`
	Detector  string   `json:"detector"`
	Evidence  []string `json:"evidence"`
	Action    string   `json:"action"` // "keep" for near misses and allowed values
	Miss      bool     `json:"miss,omitempty"`
	Length    int      `json:"length"`  // bytes, decoded
	Classes   string   `json:"classes"` // what it is made of: "letters,digits,symbols"
	Pseudonym string   `json:"pseudonym,omitempty"`
}

// explainer collects findings during a scan.
type explainer struct{ findings []Finding }

// Explain redacts line as Line does and says what was found, what was nearly found and why. It is slower than Line.
func (r *Redactor) Explain(line string) (out string, findings []Finding) {
	x := &explainer{}
	r.explain = x
	out, _ = r.Line(line)
	r.explain = nil
	slices.SortStableFunc(x.findings, func(a, b Finding) int { return a.Start - b.Start })
	return out, x.findings
}

// finding describes the text from start to end.
func (x *explainer) finding(r *Redactor, start, end int) *Finding {
	x.findings = append(x.findings, Finding{
		Path:    string(r.t[r.nearFrom:r.nearTo]),
		Start:   r.d.rawStart(start),
		End:     r.d.rawEnd(end),
		Length:  end - start,
		Classes: classesOf(r.t[start:end]),
	})
	return &x.findings[len(x.findings)-1]
}

// found notes a finding that is replaced.
func (x *explainer) found(r *Redactor, s *span) {
	f := x.finding(r, s.start, s.end)
	f.Detector, f.Action = s.kind.String(), s.action.String()
	f.Evidence = r.evidence(s)
	if s.action == Hash {
		rep := string(r.appendReplacement(nil, s))
		f.Pseudonym = rep[strings.LastIndexByte(rep, ':')+1 : strings.IndexByte(rep, ']')]
	}
}

// miss notes what looked like kind and was left alone.
func (r *Redactor) miss(start, end int, kind Kind, why string) {
	if r.explain == nil {
		return
	}
	f := r.explain.finding(r, start, end)
	f.Detector, f.Action, f.Miss, f.Evidence = kind.String(), Keep.String(), true, []string{why}
}

// evidence says why s was taken.
func (r *Redactor) evidence(s *span) []string {
	v := r.t[s.start:s.end]
	var why []string
	if r.judging {
		why = append(why, "key="+string(r.t[r.nearFrom:r.nearTo]))
	}
	if s.name != "" {
		why = append(why, "shape="+s.name)
	}
	switch s.kind {
	case CreditCard:
		p := profileOf(v)
		if brand := cardBrand(p.ds()); brand != "" {
			why = append(why, "iin="+brand)
		}
		if luhn(p.ds()) {
			why = append(why, "luhn")
		}
	case IBAN:
		why = append(why, "country="+strings.ToUpper(string(v[:min(2, len(v))])), "mod97")
	case JWT:
		why = append(why, "header")
	case Email:
		why = append(why, "address")
	case SSN, ITIN:
		why = append(why, "range")
	case BrazilianCPF, BrazilianCNPJ, ItalianCF, FrenchNIR, SpanishID, ChineseID, SwissAHV:
		why = append(why, "checksum")
	case VendorToken:
		if s.name == "github" {
			why = append(why, "crc32="+githubChecksum(v))
		}
	}
	if len(why) == 0 {
		why = append(why, "shape")
	}
	return why
}

// githubChecksum says whether the last six characters of a GitHub token are the CRC-32 of those behind the prefix.
func githubChecksum(v []byte) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	if len(v) != 40 || v[3] != '_' {
		return "none"
	}
	sum := crc32.ChecksumIEEE(v[4:34])
	var want [6]byte
	for i := len(want) - 1; i >= 0; i-- {
		want[i] = digits[sum%62]
		sum /= 62
	}
	if string(want[:]) == string(v[34:]) {
		return "ok"
	}
	return "fail"
}

// classesOf names what v is made of.
func classesOf(v []byte) string {
	var letters, digits, blanks, symbols, other bool
	for _, c := range v {
		switch {
		case byteClass[c] == bAlpha:
			letters = true
		case byteClass[c] == bDigit:
			digits = true
		case isSpace[c]:
			blanks = true
		case c >= 0x80:
			other = true
		default:
			symbols = true
		}
	}
	var names []string
	for _, n := range []struct {
		on   bool
		name string
	}{{letters, "letters"}, {digits, "digits"}, {symbols, "symbols"}, {blanks, "blanks"}, {other, "non-ascii"}} {
		if n.on {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, ",")
}
