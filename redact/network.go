package redact

import "net/netip"

// appendNetwork writes the network of v, which is an address: /24 of IPv4, /48 of IPv6.
func appendNetwork(out, v []byte) []byte {
	addr := netip.MustParseAddr(string(v))
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(addr, bits).Masked().Addr().AppendTo(out)
}
