using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace Lanewise.Cli.Tests.House;

/// <summary>A type of the product under the name of its outermost type, and the assembly that defines it.</summary>
internal readonly record struct ProductType(string Assembly, string Name)
{
    public override string ToString() => Name;
}

/// <summary>
/// The types of one assembly, each with the source files that define it (from the portable PDB) and the types that it refers to. Nested
/// types count as their outermost type. The compiler inlines constants, enum values and <c>nameof</c>, so these are no references.
/// </summary>
internal sealed partial class ProductAssembly
{
    // Portable PDB: documents of a type that has no method with sequence points, such as an enum or an interface.
    private static readonly Guid TypeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private readonly Dictionary<ProductType, HashSet<string>> _documents = [];
    private readonly Dictionary<ProductType, HashSet<ProductType>> _references = [];
    private readonly Dictionary<ProductType, HashSet<string>> _constants = [];

    private ProductAssembly(string name) => Name = name;

    public string Name { get; }

    /// <summary>Source files by type. Types that the compiler makes have none.</summary>
    public IReadOnlyDictionary<ProductType, HashSet<string>> Documents => _documents;

    /// <summary>Types of the product that a type refers to, by type.</summary>
    public IReadOnlyDictionary<ProductType, HashSet<ProductType>> References => _references;

    /// <summary>Names of constants and enum values, by type.</summary>
    public IReadOnlyDictionary<ProductType, HashSet<string>> Constants => _constants;

    /// <summary>Reads an assembly and the PDB file next to it.</summary>
    public static ProductAssembly Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(path, ".pdb")));
        var metadata = file.GetMetadataReader();
        var assembly = new ProductAssembly(metadata.GetString(metadata.GetAssemblyDefinition().Name));
        var pdb = symbols.GetMetadataReader();
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = TypeReferences.Outermost(metadata, handle, assembly.Name);
            Set(assembly._documents, type).UnionWith(FindDocuments(metadata, pdb, handle));
            Set(assembly._references, type).UnionWith(TypeReferences.Find(file, metadata, handle, assembly.Name));
            Set(assembly._constants, type).UnionWith(
                metadata.GetTypeDefinition(handle).GetFields().Select(metadata.GetFieldDefinition)
                    .Where(field => field.Attributes.HasFlag(FieldAttributes.Literal)).Select(field => metadata.GetString(field.Name)));
        }

        return assembly;
    }

    private static HashSet<T> Set<T>(Dictionary<ProductType, HashSet<T>> sets, ProductType type) =>
        sets.TryGetValue(type, out var set) ? set : sets[type] = [];

    private static IEnumerable<string> FindDocuments(MetadataReader metadata, MetadataReader pdb, TypeDefinitionHandle type)
    {
        foreach (var handle in pdb.GetCustomDebugInformation(type))
        {
            var information = pdb.GetCustomDebugInformation(handle);
            if (pdb.GetGuid(information.Kind) == TypeDefinitionDocuments)
            {
                var rows = pdb.GetBlobReader(information.Value);
                while (rows.RemainingBytes > 0)
                {
                    yield return NameOf(MetadataTokens.DocumentHandle(rows.ReadCompressedInteger()));
                }
            }
        }

        foreach (var method in metadata.GetTypeDefinition(type).GetMethods())
        {
            foreach (var point in pdb.GetMethodDebugInformation(method).GetSequencePoints().Where(point => !point.Document.IsNil))
            {
                yield return NameOf(point.Document);
            }
        }

        // What is generated from a schema lies below obj/CONFIGURATION/FRAMEWORK in the schema's folder.
        string NameOf(DocumentHandle document) =>
            IntermediateFolder().Replace(pdb.GetString(pdb.GetDocument(document).Name).Replace('\\', '/'), "/");
    }

    [GeneratedRegex("/obj/[^/]+/[^/]+/(?=Schema/)")]
    private static partial Regex IntermediateFolder();
}
