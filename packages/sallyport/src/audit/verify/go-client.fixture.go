// An independent client of our logs: Go's own implementation of signed notes, RFC 6962 proofs and tiles (golang.org/x/mod,
// which also verifies Go's checksum database). Reads cases as JSON from standard input and writes, for each, "" or what it refuses.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type testCase struct {
	Kind       string   `json:"kind"` // inclusion, consistency or folder
	Verifier   string   `json:"verifier"`
	Checkpoint string   `json:"checkpoint"`
	Earlier    string   `json:"earlier"`
	Index      int64    `json:"index"`
	Entry      []byte   `json:"entry"`
	Proof      [][]byte `json:"proof"`
	Folder     string   `json:"folder"`
}

func main() {
	var cases []testCase
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	answers := make([]string, len(cases))
	for i, c := range cases {
		if err := check(c); err != nil {
			answers[i] = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		panic(err)
	}
}

func check(c testCase) error {
	if c.Kind == "folder" {
		text, err := os.ReadFile(filepath.Join(c.Folder, "checkpoint"))
		if err != nil {
			return err
		}
		c.Checkpoint = string(text)
	}
	tree, err := open(c.Checkpoint, c.Verifier)
	if err != nil {
		return err
	}
	switch c.Kind {
	case "inclusion":
		return tlog.CheckRecord(hashes(c.Proof), tree.N, tree.Hash, c.Index, tlog.RecordHash(c.Entry))
	case "consistency":
		older, err := open(c.Earlier, c.Verifier)
		if err != nil {
			return err
		}
		return tlog.CheckTree(hashes(c.Proof), tree.N, tree.Hash, older.N, older.Hash)
	case "folder":
		return checkFolder(c.Folder, tree)
	}
	return errors.New("unknown kind")
}

func open(text, verifier string) (tlog.Tree, error) {
	known, err := note.NewVerifier(verifier)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(known))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != known.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, errors.New("malformed root")
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, nil
}

func hashes(list [][]byte) []tlog.Hash {
	proof := make([]tlog.Hash, len(list))
	for i, hash := range list {
		copy(proof[i][:], hash)
	}
	return proof
}

// folderTiles reads tiles as tlog-tiles puts them, which leaves the height out of Go's path.
type folderTiles struct{ folder string }

func (folderTiles) Height() int                    { return 8 }
func (folderTiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (r folderTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		bytes, err := os.ReadFile(filepath.Join(r.folder, "tile", strings.TrimPrefix(tile.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		data[i] = bytes
	}
	return data, nil
}

// checkFolder authenticates every tile against the root and every entry against its tile.
func checkFolder(folder string, tree tlog.Tree) error {
	reader := tlog.TileHashReader(tree, folderTiles{folder})
	for start := int64(0); start < tree.N; start += 256 {
		width := tree.N - start
		if width > 256 {
			width = 256
		}
		path := tlog.Tile{H: 8, L: -1, N: start / 256, W: int(width)}.Path()
		bundle, err := os.ReadFile(filepath.Join(folder, "tile", "entries", strings.TrimPrefix(path, "tile/8/data/")))
		if err != nil {
			return err
		}
		for index := start; index < start+width; index++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("bundle of entry %d ends early", index)
			}
			size := 2 + int(binary.BigEndian.Uint16(bundle))
			stored, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			if err != nil {
				return err
			}
			want := tlog.RecordHash(bundle[2:size])
			if !bytes.Equal(stored[0][:], want[:]) {
				return fmt.Errorf("entry %d is not the one that was sealed", index)
			}
			bundle = bundle[size:]
		}
		if len(bundle) > 0 {
			return errors.New("a bundle holds more than its entries")
		}
	}
	return nil
}
