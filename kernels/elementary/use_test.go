package elementary

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// resultRooms are the parts of the module whose results reach the outputs, and
// outside the promise those of them that only describe results.
var (
	resultRooms    = []string{"engine", "kernels", "rng"}
	outsidePromise = []string{"engine/compare", "engine/fit"}
)

// portableMath are the functions of package math whose results are exact or
// correctly rounded, hence the same everywhere. All others are refused.
var portableMath = []string{
	"Abs", "Ceil", "Copysign", "Dim", "FMA", "Float32bits", "Float32frombits", "Float64bits", "Float64frombits",
	"Floor", "Frexp", "Ilogb", "Inf", "IsInf", "IsNaN", "Ldexp", "Logb", "Max", "Min", "Mod", "Modf", "NaN",
	"Nextafter", "Nextafter32", "Remainder", "Round", "RoundToEven", "Signbit", "Sqrt", "Trunc",
}

// checkImports reports imports of packages, and uses of functions of package
// math, whose results may differ between architectures or versions of Go.
func checkImports(file *ast.File, report func(token.Pos, string)) {
	mathName := ""
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		switch {
		case strings.HasPrefix(path, "gonum.org/"), path == "math/cmplx":
			report(spec.Pos(), "import of "+path+": its results are not the same everywhere")
		case path == "math":
			mathName = "math"
			if spec.Name != nil {
				mathName = spec.Name.Name
			}
			if mathName == "." {
				report(spec.Pos(), "package math must be imported by name")
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if name, ok := selector.X.(*ast.Ident); ok && mathName != "" && name.Name == mathName &&
			isMathFunction(selector.Sel.Name) && !slices.Contains(portableMath, selector.Sel.Name) {
			report(selector.Pos(), "math."+selector.Sel.Name+" is not the same everywhere: use package elementary")
		}
		return true
	})
}

// packageMath is package math as the type checker sees it.
var packageMath = sync.OnceValues(func() (*types.Package, error) {
	return importer.ForCompiler(token.NewFileSet(), "source", nil).Import("math")
})

// isMathFunction tells the functions of package math from its constants.
func isMathFunction(name string) bool {
	math, err := packageMath()
	if err != nil {
		panic(err)
	}
	_, ok := math.Scope().Lookup(name).(*types.Func)
	return ok
}

// A finding is a line that may give different bits elsewhere.
type finding struct {
	file    string // from the module's root
	line    int
	message string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.file, f.line, f.message) }

// moduleRoot is the directory of go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return root
}

func outside(path string) bool {
	return slices.ContainsFunc(outsidePromise, func(room string) bool {
		return path == room || strings.HasPrefix(path, room+"/")
	})
}

// TestImportsArePortable reads every Go file of the rooms that results come from,
// whatever its build constraints.
func TestImportsArePortable(t *testing.T) {
	root := moduleRoot(t)
	files := 0
	for _, room := range resultRooms {
		err := fs.WalkDir(os.DirFS(root), room, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir():
				if name := entry.Name(); strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") || name == "testdata" || outside(path) {
					return fs.SkipDir
				}
				return nil
			case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			files++
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, filepath.Join(root, path), nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			checkImports(file, func(at token.Pos, message string) {
				t.Error(finding{path, set.Position(at).Line, message})
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if files < 5 {
		t.Errorf("only %d files found below %s", files, root)
	}
}

// listedPackage is what go list tells of a package.
type listedPackage struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Module                  *struct{ Main bool }
}

// listPackages lists the packages results come from, and all they depend on,
// compiled, so that types can be read from their export data.
func listPackages(t *testing.T, root, tags string, rooms []string) []listedPackage {
	t.Helper()
	arguments := []string{"list", "-deps", "-export", "-json=ImportPath,Dir,Export,GoFiles,Module", "-tags", tags}
	for _, room := range rooms {
		arguments = append(arguments, "./"+room+"/...")
	}
	command := exec.Command("go", arguments...)
	command.Dir = root
	var problems bytes.Buffer
	command.Stderr = &problems
	output, err := command.Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("type-checking the module needs the go command")
	}
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, problems.Bytes())
	}
	var packages []listedPackage
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// typedPackage is a package parsed and type-checked from source.
type typedPackage struct {
	files []*ast.File
	info  *types.Info
}

func typeCheck(path string, set *token.FileSet, files []*ast.File, imports types.Importer) (typedPackage, error) {
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}
	_, err := (&types.Config{Importer: imports}).Check(path, set, files, info)
	return typedPackage{files, info}, err
}

// findFusing walks the packages until what is known of their functions no longer
// grows, and then for the findings.
func findFusing(set *token.FileSet, root string, packages []typedPackage) []finding {
	known := summaries{}
	for again := true; again; {
		again = false
		for _, p := range packages {
			if checkFusing(p.files, p.info, known, func(token.Pos, string) {}) {
				again = true
			}
		}
	}
	var findings []finding
	for _, p := range packages {
		checkFusing(p.files, p.info, known, func(at token.Pos, message string) {
			position := set.Position(at)
			file, err := filepath.Rel(root, position.Filename)
			if err != nil {
				file = position.Filename
			}
			found := finding{filepath.ToSlash(file), position.Line, message}
			if !slices.Contains(findings, found) {
				findings = append(findings, found)
			}
		})
	}
	return findings
}

// TestNoProductIsFusedByChance type-checks the packages results come from, and
// those with assembly as they are built without it, too.
func TestNoProductIsFusedByChance(t *testing.T) {
	root := moduleRoot(t)
	reported := map[finding]bool{}
	for _, build := range []struct {
		tags  string
		rooms []string
	}{{"", resultRooms}, {"purego", []string{"kernels", "rng"}}} {
		listed := listPackages(t, root, build.tags, build.rooms)
		exports := map[string]string{}
		for _, p := range listed {
			exports[p.ImportPath] = p.Export
		}
		set := token.NewFileSet()
		imports := importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
		var packages []typedPackage
		for _, p := range listed {
			if p.Module == nil || !p.Module.Main {
				continue
			}
			room, err := filepath.Rel(root, p.Dir)
			if err != nil || outside(filepath.ToSlash(room)) {
				continue
			}
			var files []*ast.File
			for _, name := range p.GoFiles {
				file, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
				if err != nil {
					t.Fatal(err)
				}
				files = append(files, file)
			}
			checked, err := typeCheck(p.ImportPath, set, files, imports)
			if err != nil {
				t.Fatal(err)
			}
			packages = append(packages, checked)
		}
		for _, found := range findFusing(set, root, packages) {
			if !reported[found] {
				reported[found] = true
				t.Error(found)
			}
		}
	}
}
