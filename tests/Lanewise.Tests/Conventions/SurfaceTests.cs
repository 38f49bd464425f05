using System.Reflection;
using System.Runtime.CompilerServices;
using Lanewise.Reports;
using Xunit;

namespace Lanewise.Tests.Conventions;

/// <summary>Rules that hold for the whole public surface of the libraries.</summary>
public sealed class SurfaceTests
{
    // Positional records keep PascalCase arguments where a caller never writes them.
    private static readonly string[] Positional =
    [
        // Results: the library creates them, callers read and deconstruct them.
        "AuxiliaryOutput", "BlockContribution", "BlockContributions", "BranchContribution", "BranchContributions", "ClassProbability",
        "ClassScore", "ContributionProgress", "DatasetSplits", "DepthEpoch", "DepthResult", "DepthRun", "EpochResult", "Evaluation",
        "FeatureMaps", "FetchProgress", "GradCamMap", "GradientSample", "ImagePrediction", "ImageSheet", "LayerCost", "LayerGradient",
        "LayerTime", "ParameterSpec", "PreparedImage", "ReliabilityBin", "TrainerState", "TrainingData", "TrainingPosition",
        "TrainingProgress", "WeightsFile",

        // Ops: layer methods create them, callers read them as Node.Op.
        "AdaptiveAvgPool2d", "AvgPool2d", "BatchNorm2d", "ChannelAffine", "ConstantPad2d", "Conv2d", "Dropout", "Expand", "GELU",
        "Hardsigmoid", "Hardtanh", "IdentityShortcut", "Input", "LeakyReLU", "Linear", "LocalResponseNorm", "MaxPool2d", "Pool2d", "Rescaling",
    ];

    private static readonly Assembly[] Libraries = [typeof(Network).Assembly, typeof(ImageFolder).Assembly, typeof(RunPage).Assembly];

    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static IEnumerable<Type> Types => Libraries.SelectMany(library => library.GetExportedTypes());

    [Fact]
    public void Every_argument_is_camelCase()
    {
        var wrong = from member in Members()
                    where !(member is ConstructorInfo && Positional.Contains(member.DeclaringType!.Name))
                    from parameter in member.GetParameters()
                    where !char.IsLower(parameter.Name![0])
                    select $"{member.DeclaringType!.FullName}.{member.Name}: {parameter.Name}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_exception_to_the_rule_is_needed() => Assert.All(Positional, name => Assert.Contains(
        Types.Where(type => type.Name == name).SelectMany(type => type.GetConstructors(Own)),
        constructor => constructor.GetParameters() is [var first, ..] && char.IsUpper(first.Name![0])));

    [Fact]
    public void Cancellation_tokens_come_last_and_are_named_as_in_the_base_class_library()
    {
        var tokens = from member in Members()
                     let parameters = member.GetParameters()
                     from parameter in parameters
                     where parameter.ParameterType == typeof(CancellationToken)
                     select (Member: $"{member.DeclaringType!.Name}.{member.Name}", parameter.Name, IsLast: parameter == parameters[^1]);

        Assert.NotEmpty(tokens);
        Assert.All(tokens, token => Assert.Equal((token.Member, "cancellationToken", true), token));
    }

    [Fact]
    public void No_number_is_a_float()
    {
        var single = from member in Members()
                     where !(member is ConstructorInfo && Positional.Contains(member.DeclaringType!.Name)) && member.Name != "set_CropPct"
                     from parameter in member.GetParameters()
                     where parameter.ParameterType == typeof(float)
                     select $"{member.DeclaringType!.FullName}.{member.Name}: {parameter.Name}";

        Assert.Empty(single);
    }

    [Fact]
    public void Every_asynchronous_method_says_so_and_can_be_cancelled()
    {
        var wrong = from member in Members().OfType<MethodInfo>()
                    let result = member.ReturnType
                    let isAsync = typeof(Task).IsAssignableFrom(result)
                        || (result.IsGenericType && result.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))
                    where isAsync != member.Name.EndsWith("Async", StringComparison.Ordinal)
                        || (isAsync && member.GetParameters() is not [.., { ParameterType.Name: nameof(CancellationToken) }])
                    select $"{member.DeclaringType!.FullName}.{member.Name}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_exception_is_a_LanewiseException()
    {
        var exceptions = Types.Where(typeof(Exception).IsAssignableFrom).ToArray();

        Assert.NotEmpty(exceptions);
        Assert.All(exceptions, type => Assert.True(typeof(LanewiseException).IsAssignableFrom(type), type.FullName));
    }

    /// <summary>Lists the constructors and methods that a caller can write, without what the compiler generates.</summary>
    private static IEnumerable<MethodBase> Members() =>
        from type in Types
        from member in type.GetMembers(Own).OfType<MethodBase>()
        where member.IsPublic || member.IsFamily || member.IsFamilyOrAssembly
        where !member.IsDefined(typeof(CompilerGeneratedAttribute)) && member.Name != "Deconstruct"
        select member;
}
