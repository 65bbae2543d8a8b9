package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maximalDepth bounds the nesting of lists and maps. No experiment comes near;
// the bound keeps a hostile file from exhausting the parser's stack.
const maximalDepth = 100

// maximalKeys bounds the keys of a map in block style, and of the maps in it: the
// parser's time grows with their square.
const maximalKeys = 10000

// textSource says where YAML text comes from.
type textSource struct {
	name  string
	lines bool // whether lines and columns mean something to the reader
}

func (s textSource) position(t *token.Token) position {
	if !s.lines || t == nil || t.Position == nil {
		return position{file: s.name}
	}
	return position{file: s.name, line: t.Position.Line, column: t.Position.Column}
}

func (s textSource) start() position {
	if !s.lines {
		return position{file: s.name}
	}
	return position{file: s.name, line: 1, column: 1}
}

// parseYAML reads one YAML document of plain data into a tree; nil for an empty
// one. Numbers and words stay text here: what they mean depends on the key.
func parseYAML(data []byte, source textSource) *node {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		fail(source.invalidByte(data), "", "the file is not UTF-8 text, expected YAML")
	}
	file := parseText(string(data), source)
	var body ast.Node
	for _, document := range file.Docs {
		if document.Body == nil {
			continue
		}
		if body != nil {
			fail(source.beginning(document.Body), "", "a second document begins here, expected one experiment a file")
		}
		body = document.Body
	}
	if body == nil {
		return nil
	}
	return source.convert(body, "")
}

// parseText runs the YAML parser. It is a library of some size that meets files
// of any kind here, so its panics become errors, too.
func parseText(text string, source textSource) (file *ast.File) {
	defer func() {
		if cause := recover(); cause != nil {
			if bad, ok := cause.(*Error); ok {
				panic(bad)
			}
			fail(source.start(), "", "not YAML: %v", cause)
		}
	}()
	tokens := lexer.Tokenize(text)
	checkTokens(tokens, source)
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, message := source.start(), err.Error()
		var located yaml.Error
		if errors.As(err, &located) {
			at, message = source.position(located.GetToken()), located.GetMessage()
		}
		fail(at, "", "not YAML: %s", firstLine(message))
	}
	return file
}

// checkTokens refuses what experiment files do without: anchors and aliases,
// tags, directives and keys that are not words; and nesting beyond all measure.
func checkTokens(tokens token.Tokens, source textSource) {
	refused := map[token.Type]string{
		token.AnchorType:     "anchors (&) are not supported, expected the value itself",
		token.AliasType:      "aliases (*) are not supported, expected the value itself",
		token.MergeKeyType:   "merge keys (<<) are not supported, expected the keys themselves",
		token.TagType:        "tags (!) are not supported, expected a plain value",
		token.DirectiveType:  "directives (%) are not supported, expected an experiment",
		token.MappingKeyType: "complex keys (?) are not supported, expected \"key: value\"",
	}
	flow, keys := 0, 0
	for _, t := range tokens {
		if message, bad := refused[t.Type]; bad {
			fail(source.position(t), "", "%s", message)
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.MappingValueType:
			if flow > 0 {
				continue
			}
			if keys++; keys > maximalKeys {
				fail(source.position(t), "", "too many keys, expected at most %d in a map", maximalKeys)
			}
		case token.SequenceEntryType:
			keys = 0
		}
		dash := t.Type == token.SequenceEntryType // one level takes at least one column
		if flow > maximalDepth || dash && t.Position.Column > 10*maximalDepth {
			fail(source.position(t), "", "nested too deeply, expected at most %d levels", maximalDepth)
		}
	}
}

// convert turns the parser's tree into nodes; path is for messages.
func (s textSource) convert(n ast.Node, path string) *node {
	out := &node{at: s.beginning(n)}
	switch n := n.(type) {
	case *ast.MappingNode:
		out.kind = mapping
		seen := make(map[string]bool, len(n.Values))
		for _, v := range n.Values {
			token := v.Key.GetToken()
			key, at := token.Value, s.position(token)
			if _, plain := v.Key.(ast.ScalarNode); !plain || key == "" {
				fail(at, path, "a key must be a word")
			}
			if seen[key] {
				fail(at, join(path, key), "the key is given twice, expected it once")
			}
			seen[key] = true
			out.entries = append(out.entries, entry{key: key, at: at, value: s.convert(v.Value, join(path, key))})
		}
	case *ast.SequenceNode:
		out.kind = list
		for i, item := range n.Values {
			out.items = append(out.items, s.convert(item, join(path, fmt.Sprint(i))))
		}
	case *ast.NullNode:
	case *ast.LiteralNode:
		out.kind, out.quoted, out.text = scalar, true, n.Value.Value
	case ast.ScalarNode:
		t := n.GetToken()
		out.kind, out.text = scalar, t.Value
		out.quoted = t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType
	default:
		fail(out.at, path, "not a plain value, expected text, a number, a list or a map")
	}
	return out
}

// beginning is where a node begins; the token of a mapping in block style is its
// first colon.
func (s textSource) beginning(n ast.Node) position {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return s.position(m.Values[0].Key.GetToken())
	}
	return s.position(n.GetToken())
}

// invalidByte is the position of the first byte that is not UTF-8.
func (s textSource) invalidByte(data []byte) position {
	at := s.start()
	for len(data) > 0 && s.lines {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			break
		}
		at.column++
		if r == '\n' {
			at.line, at.column = at.line+1, 1
		}
		data = data[size:]
	}
	return at
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
