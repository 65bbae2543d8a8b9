package experiment

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// PresetInfo names a preset and says in a line what it is.
type PresetInfo struct {
	Name, Description string
}

// Presets lists the presets in alphabetical order. The description is the first
// line of the file, a comment.
func Presets() []PresetInfo {
	files, err := presetFiles.ReadDir("presets")
	if err != nil {
		panic(err) // the directory is embedded
	}
	var infos []PresetInfo
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), ".yaml")
		data, _ := preset(name)
		lines := bufio.NewScanner(bytes.NewReader(data))
		lines.Scan()
		infos = append(infos, PresetInfo{Name: name, Description: strings.TrimSpace(strings.TrimPrefix(lines.Text(), "#"))})
	}
	return infos
}

// Preset is the experiment file of a preset.
func Preset(name string) ([]byte, error) {
	data, found := preset(name)
	if !found {
		return nil, fmt.Errorf("there is no preset %q%s, expected one of %s",
			name, suggest(name, presetNames()), strings.Join(presetNames(), ", "))
	}
	return data, nil
}

func preset(name string) (data []byte, found bool) {
	data, err := presetFiles.ReadFile(path.Join("presets", name+".yaml"))
	return data, err == nil
}

func presetNames() []string {
	var names []string
	for _, info := range Presets() {
		names = append(names, info.Name)
	}
	return names
}
