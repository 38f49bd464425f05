using System.Reflection;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>The list of the settings of a training.</summary>
public sealed class SettingListTests
{
    [Fact]
    public void Each_setting_is_listed_once() =>
        Assert.Equal(TrainSettings.AllSettings.Count, TrainSettings.AllSettings.Select(setting => setting.Name).Distinct().Count());

    [Fact]
    public void No_setting_is_missing_from_the_list()
    {
        var declared = ((Type[])[typeof(TrainSettings), typeof(RunSettings), typeof(InputSettings), typeof(AugmentationSettings)])
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(field => field.GetValue(null)).OfType<Setting>().Select(setting => setting.Name);
        Assert.Equal(declared.Order(StringComparer.Ordinal), TrainSettings.AllSettings.Select(setting => setting.Name).Order(StringComparer.Ordinal));
    }
}
