using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Lanewise.Imaging;
using Lanewise.Kernels;
using Lanewise.Reports;
using Xunit;

namespace Lanewise.Tests;

/// <summary>The library's texts are for callers of the library; the options and commands are the command-line tool's.</summary>
public sealed partial class LibraryTextTests
{
    public static TheoryData<string> Libraries =>
        [.. new[] { typeof(LanewiseException), typeof(KernelSet), typeof(ImageDecoder), typeof(Page) }.Select(type => type.Assembly.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void No_string_of_a_library_names_an_option_or_a_command(string library)
    {
        string[] strings = [.. StringsOf(Assembly.Load(library).Location)];
        Assert.NotEmpty(strings);
        Assert.DoesNotContain(strings, CommandLine().IsMatch);
    }

    [Theory]
    [InlineData("choose another folder with --data-dir")]
    [InlineData("get it with 'lanewise data fetch mnist'")]
    [InlineData("name it on the command line")]
    public void Options_and_commands_are_found(string text) => Assert.Matches(CommandLine(), text);

    [Theory]
    [InlineData("fill=\"var(--paper)\"")]
    [InlineData("style=\"--share:10%\"")]
    [InlineData("lanewise.position.epoch")]
    public void Style_sheets_and_keys_are_not_mistaken_for_options(string text) => Assert.DoesNotMatch(CommandLine(), text);

    // Custom properties of style sheets also begin with two dashes: var(--ink), --share: 10%.
    [GeneratedRegex(@"(?<!var\()--[a-z](?![a-z0-9-]*:)|\blanewise [a-z]+|command line")]
    private static partial Regex CommandLine();

    /// <summary>Reads the user-string heap of an assembly: all string literals, with the constant parts of interpolated ones.</summary>
    private static IEnumerable<string> StringsOf(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        for (var handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            yield return metadata.GetUserString(handle);
        }
    }
}
