using System.Text.RegularExpressions;

namespace Lanewise.Cli.Tests.House;

/// <summary>
/// Holds the code to the list of layers in ARCHITECTURE.md: a room refers only to rooms that precede it. A type's room is the folder of its
/// source files, whatever its namespace.
/// </summary>
public sealed partial class LayersTests
{
    // These are one room each, whatever folders they have.
    private static readonly string[] UndividedAssemblies = ["Lanewise.Kernels", "Lanewise.Imaging", "Lanewise.Reports"];

    private static readonly Lazy<Product> Code = new(ReadProduct);

    [Fact]
    public void A_room_refers_only_to_rooms_that_precede_it() => AssertNone(Violations(Code.Value, ReadLayers()));

    [Fact]
    public void Every_room_is_listed_and_every_listed_room_has_types()
    {
        string[] layers = ReadLayers();
        AssertNone(
        [
            .. layers.GroupBy(room => room).Where(group => group.Count() > 1).Select(group => $"{group.Key} is listed twice"),
            .. layers.Except(Code.Value.Rooms.Values).Select(room => $"{room} is listed and has no types"),
            .. Code.Value.Rooms.Values.Distinct().Except(layers).Order(StringComparer.Ordinal)
                .Select(room => $"{room} is not listed: {string.Join(", ", TypesIn(room).Take(5))}"),
        ]);
    }

    [Fact]
    public void Every_type_lies_in_one_room() => AssertNone(Code.Value.Homeless);

    [Fact]
    public void Every_product_assembly_is_examined() =>
        Assert.Superset(
            new HashSet<string> { "Lanewise", "Lanewise.Cli", "Lanewise.Imaging", "Lanewise.Kernels", "Lanewise.Reports" },
            new HashSet<string>(Code.Value.Assemblies));

    /// <summary>
    /// The compiler inlines constants, so the assemblies do not refer to their types: the sources are searched for <c>Type.Constant</c>.
    /// </summary>
    [Fact]
    public void Constants_too_are_those_of_rooms_that_precede()
    {
        Assert.SkipWhen(SourceTree.Root is null, "the source tree is not there");
        string[] layers = ReadLayers();
        var constants = Code.Value.Constants.Where(type => Code.Value.Rooms.ContainsKey(type.Key))
            .SelectMany(type => type.Value.Select(name => (Text: $"{type.Key.Name.Split('.')[^1]}.{name}", Type: type.Key)))
            .ToLookup(constant => constant.Text, constant => constant.Type);
        var violations = new List<string>();
        foreach (string file in SourceTree.Files("src", "*.cs"))
        {
            string room = RoomOf(file.Split('/')[1], $"/{file}") ?? "";
            var names = QualifiedName().Matches(SourceTree.Read(file)).Select(match => match.Value).Distinct();
            foreach (string text in names.Where(constants.Contains))
            {
                int from = Array.IndexOf(layers, room);
                if (constants[text].All(type => Array.IndexOf(layers, Code.Value.Rooms[type]) > from))
                {
                    violations.Add($"{room} → {Code.Value.Rooms[constants[text].First()]}: {file} refers to {text}");
                }
            }
        }

        AssertNone(violations);
    }

    [Fact]
    public void With_the_list_in_reverse_order_there_are_violations()
    {
        string[] layers = ReadLayers();
        Array.Reverse(layers);
        string[] pairs = [.. Violations(Code.Value, layers).Select(line => line.Split(':')[0]).Distinct()];
        Assert.Superset(
            new HashSet<string>
            {
                "Lanewise/Engine → Lanewise.Kernels",
                "Lanewise/Training → Lanewise/Engine",
                "Lanewise.Reports → Lanewise/Analysis",
                "Lanewise.Cli/Verbs → Lanewise.Workflows/Jobs",
            },
            new HashSet<string>(pairs));
    }

    private static IEnumerable<ProductType> TypesIn(string room) =>
        Code.Value.Rooms.Where(type => type.Value == room).Select(type => type.Key);

    private static List<string> Violations(Product product, string[] layers)
    {
        var found = new List<(int From, int To, string Line)>();
        foreach (var (type, references) in product.References)
        {
            int from = Array.IndexOf(layers, product.Rooms[type]);
            foreach (var other in references.Where(product.Rooms.ContainsKey))
            {
                int to = Array.IndexOf(layers, product.Rooms[other]);
                if (from >= 0 && to > from)
                {
                    found.Add((from, to, $"{layers[from]} → {layers[to]}: {type} refers to {other}"));
                }
            }
        }

        return [.. found.Order().Select(violation => violation.Line)];
    }

    /// <summary>Reads the block <c>layers</c> of ARCHITECTURE.md: a room a line, bottom first, then two spaces and a description.</summary>
    private static string[] ReadLayers()
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "house", "ARCHITECTURE.md")).ReplaceLineEndings("\n");
        var block = LayersBlock().Match(text);
        Assert.True(block.Success, "ARCHITECTURE.md has no block that begins with ```layers");
        string[] lines = block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => line.Split("  ")[0].Trim())];
    }

    private static Product ReadProduct()
    {
        var assemblies = Directory.GetFiles(AppContext.BaseDirectory, "Lanewise*.dll")
            .Where(path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal)).Select(ProductAssembly.Read).ToArray();
        var product = new Product([.. assemblies.Select(assembly => assembly.Name)], [], [], [], []);
        foreach (var assembly in assemblies)
        {
            foreach (var (type, documents) in assembly.Documents.Where(type => !IsMadeByCompiler(type.Key.Name)))
            {
                string[] rooms = [.. documents.Select(document => RoomOf(assembly.Name, document)).OfType<string>().Distinct()];
                if (rooms is [var room])
                {
                    product.Rooms.Add(type, room);
                    product.References.Add(type, assembly.References[type]);
                    product.Constants.Add(type, assembly.Constants[type]);
                }
                else
                {
                    string where = rooms.Length == 0 ? "no folder of sources" : string.Join(" and ", rooms);
                    product.Homeless.Add($"{type} lies in {where}");
                }
            }
        }

        return product;
    }

    /// <summary>Finds the room of a source file; null for one that a generator wrote.</summary>
    private static string? RoomOf(string assembly, string document)
    {
        string root = $"/src/{assembly}/";
        int start = document.LastIndexOf(root, StringComparison.Ordinal);
        if (start < 0 || document.Contains($"{root}obj/", StringComparison.Ordinal))
        {
            return null;
        }

        string path = document[(start + root.Length)..];
        return UndividedAssemblies.Contains(assembly) || !path.Contains('/') ? assembly : $"{assembly}/{path[..path.IndexOf('/')]}";
    }

    private static bool IsMadeByCompiler(string type) =>
        type.StartsWith('<') || type.Split('.')[0] is "System" or "Microsoft";

    private static void AssertNone(List<string> lines) => Assert.True(lines.Count == 0, string.Join('\n', lines));

    [GeneratedRegex(@"^```layers\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex LayersBlock();

    [GeneratedRegex(@"\b\w+\.\w+\b")]
    private static partial Regex QualifiedName();

    private sealed record Product(
        string[] Assemblies,
        Dictionary<ProductType, string> Rooms,
        Dictionary<ProductType, HashSet<ProductType>> References,
        Dictionary<ProductType, HashSet<string>> Constants,
        List<string> Homeless);
}
