package ko

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
)

// Signature tells who signed a module, as far as the file says. Nothing is
// verified: that takes the kernel's keys.
type Signature struct {
	Type   string // "PKCS#7"; before Linux 4.3 "X509"
	Signer string // common name of the certificate's issuer
	Key    []byte // serial number or other identifier of the certificate
	Hash   string // "sha256", …
}

// signature ends a signed module. Before it stand what the signer wrote and a
// trailer of 12 bytes: struct module_signature of the kernel's
// include/linux/module_signature.h.
const (
	signature = "~Module signature appended~\n"
	trailer   = 12
)

// The numbers of the trailer, which were names' places in lists of Linux 3.7.
var (
	signatureTypes  = []string{"PGP", "X509", "PKCS#7"}
	signatureHashes = []string{"md4", "md5", "sha1", "rmd160", "sha256", "sha384", "sha512", "sha224"}
)

// readSignature returns nil where no signature is appended, and one without
// details where it is damaged or unknown.
func readSignature(data []byte) *Signature {
	data, signed := bytes.CutSuffix(data, []byte(signature))
	if !signed {
		return nil
	}
	s := &Signature{}
	if len(data) < trailer {
		return s
	}
	data, head := data[:len(data)-trailer], data[len(data)-trailer:]
	size := uint64(binary.BigEndian.Uint32(head[8:]))
	if size > uint64(len(data)) {
		return s
	}
	data, message := data[:len(data)-int(size)], data[len(data)-int(size):]
	s.Type = item(signatureTypes, head[2])
	if s.Type == "PKCS#7" {
		s.readPKCS7(message)
		return s
	}
	s.Hash = item(signatureHashes, head[1])
	if key, signer := int(head[4]), int(head[3]); key+signer <= len(data) {
		names := data[len(data)-key-signer:]
		s.Signer, s.Key = string(names[:signer]), bytes.Clone(names[signer:])
	}
	return s
}

func item(list []string, i byte) string {
	if int(i) < len(list) {
		return list[i]
	}
	return ""
}

// hashes are the digests that scripts/sign-file.c offers.
var hashes = map[string]string{
	"1.3.14.3.2.26":          "sha1",
	"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512", "2.16.840.1.101.3.4.2.4": "sha224",
	"2.16.840.1.101.3.4.2.8": "sha3-256", "2.16.840.1.101.3.4.2.9": "sha3-384", "2.16.840.1.101.3.4.2.10": "sha3-512",
}

// readPKCS7 reads a CMS message (RFC 5652, section 5) as far as its last
// SignerInfo: that is the last of a set, which is the last element of
// SignedData, which is all that the last element of ContentInfo holds. It begins
// with a version, who signed, and the digest's algorithm.
func (s *Signature) readPKCS7(der []byte) {
	for range 4 {
		parts := children(der)
		if len(parts) == 0 {
			return
		}
		der = parts[len(parts)-1].FullBytes
	}
	info := children(der)
	if len(info) < 3 {
		return
	}
	s.readSigner(info[1])
	var digest pkix.AlgorithmIdentifier
	if _, err := asn1.Unmarshal(info[2].FullBytes, &digest); err == nil {
		s.Hash = hashes[digest.Algorithm.String()]
	}
}

// readSigner reads a SignerIdentifier: issuer and serial number, or a key's
// identifier.
func (s *Signature) readSigner(id asn1.RawValue) {
	if id.Class == asn1.ClassContextSpecific {
		s.Key = bytes.Clone(id.Bytes)
		return
	}
	parts := children(id.FullBytes)
	if len(parts) != 2 {
		return
	}
	s.Key = bytes.TrimPrefix(bytes.Clone(parts[1].Bytes), []byte{0}) // the sign of an INTEGER
	var issuer pkix.RDNSequence
	if _, err := asn1.Unmarshal(parts[0].FullBytes, &issuer); err == nil {
		var name pkix.Name
		name.FillFromRDNSequence(&issuer)
		s.Signer = name.CommonName
	}
}

// children returns what a constructed value holds, as far as it can be read.
func children(der []byte) []asn1.RawValue {
	var parent asn1.RawValue
	if _, err := asn1.Unmarshal(der, &parent); err != nil || !parent.IsCompound {
		return nil
	}
	var list []asn1.RawValue
	for rest := parent.Bytes; len(rest) > 0; {
		var child asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &child); err != nil {
			break
		}
		list = append(list, child)
	}
	return list
}
