using System.Reflection.PortableExecutable;

namespace Lanewise.Cli.Tests.House;

/// <summary>Finds each kind of reference: the samples below refer to a target in one way each.</summary>
public sealed class TypeReferencesTests
{
    private static readonly ProductAssembly Samples = ProductAssembly.Read(typeof(TypeReferencesTests).Assembly.Location);

    [Theory]
    [InlineData(typeof(ByBase), typeof(Target))]
    [InlineData(typeof(ByInterface), typeof(ITarget))]
    [InlineData(typeof(ByField), typeof(Target))]
    [InlineData(typeof(ByArrayInGenericArgument), typeof(Target))]
    [InlineData(typeof(ByParameter), typeof(Target))]
    [InlineData(typeof(ByConstraint<>), typeof(ITarget))]
    [InlineData(typeof(ByLocal), typeof(Target))]
    [InlineData(typeof(ByCall), typeof(StaticTarget))]
    [InlineData(typeof(ByGenericCall), typeof(Target))]
    [InlineData(typeof(ByLambda), typeof(StaticTarget))]
    [InlineData(typeof(ByTypeof), typeof(StaticTarget))]
    [InlineData(typeof(ByCatch), typeof(TargetException))]
    [InlineData(typeof(ByAttribute), typeof(TargetAttribute))]
    [InlineData(typeof(ByAttributeArgument), typeof(StaticTarget))]
    [InlineData(typeof(ByNestedType), typeof(Target))]
    public void A_reference_is_found(Type from, Type to) =>
        Assert.Contains(to.FullName, Of(Samples.References, from).Select(type => type.Name));

    [Theory]
    [InlineData(typeof(IPlainInterface))]
    [InlineData(typeof(PlainEnum))]
    [InlineData(typeof(PlainDelegate))]
    [InlineData(typeof(ByLambda))]
    [InlineData(typeof(TypeReferencesTests))]
    public void The_source_file_of_a_type_is_found(Type type) =>
        Assert.EndsWith("/House/TypeReferencesTests.cs", Assert.Single(Of(Samples.Documents, type)), StringComparison.Ordinal);

    [Fact]
    public void A_reference_to_another_assembly_names_it() =>
        Assert.Contains(
            new ProductType("System.Reflection.Metadata", typeof(PEReader).FullName!),
            Of(Samples.References, typeof(TypeReferences)));

    private static HashSet<T> Of<T>(IReadOnlyDictionary<ProductType, HashSet<T>> sets, Type type) =>
        sets.Single(set => set.Key.Name == type.FullName).Value;
}

internal interface ITarget;

internal interface IPlainInterface;

internal enum PlainEnum
{
    One,
}

internal delegate void PlainDelegate();

internal class Target : ITarget;

internal static class StaticTarget
{
    public static int Call() => 1;
}

internal sealed class TargetException : Exception;

[AttributeUsage(AttributeTargets.All)]
internal sealed class TargetAttribute : Attribute;

[AttributeUsage(AttributeTargets.All)]
internal sealed class NamesTypeAttribute(Type type) : Attribute
{
    public Type Type { get; } = type;
}

internal sealed class ByBase : Target;

internal sealed class ByInterface : ITarget;

internal sealed class ByField
{
    public Target? Value { get; set; }
}

internal abstract class ByArrayInGenericArgument
{
    public abstract Dictionary<string, Target[]> Values();
}

internal abstract class ByParameter
{
    public abstract void Take(Target target);
}

internal sealed class ByConstraint<T>
    where T : ITarget;

internal static class ByLocal
{
    public static string Use(Func<object> make)
    {
        var target = (Target)make();
        return $"{target}{target}";
    }
}

internal static class ByCall
{
    public static int Use() => StaticTarget.Call();
}

internal static class ByGenericCall
{
    public static object Use() => Array.Empty<Target>();
}

internal static class ByLambda
{
    public static IEnumerable<int> Use(IEnumerable<int> values) => values.Select(value => value + StaticTarget.Call());
}

internal static class ByTypeof
{
    public static Type Use() => typeof(StaticTarget);
}

internal static class ByCatch
{
    public static void Use(Action action)
    {
        try
        {
            action();
        }
        catch (TargetException)
        {
            action();
        }
    }
}

[Target]
internal static class ByAttribute;

[NamesType(typeof(StaticTarget))]
internal static class ByAttributeArgument;

internal static class ByNestedType
{
    internal sealed class Inner : Target;
}
