using System.CommandLine;
using System.CommandLine.Parsing;
using Lanewise.Cli.Common;
using Lanewise.Workflows;

namespace Lanewise.Cli.Options;

/// <summary>The options of a settings table: names, help, defaults and parsing come from its rows.</summary>
internal sealed class SettingOptions
{
    private readonly List<(Option Option, Func<ParseResult, SettingValue?> Read)> _options = [];

    /// <summary>Creates the options.</summary>
    /// <param name="defaults">Settings without values, whose defaults help shows.</param>
    /// <param name="except">Names of settings that are no options.</param>
    public SettingOptions(SettingsBase defaults, params IReadOnlyList<string> except)
    {
        foreach (var setting in defaults.Table.Where(setting => !except.Contains(setting.Name, StringComparer.Ordinal)))
        {
            if (setting.Switches.Count > 0)
            {
                _options.AddRange(setting.Switches.Select(isOn => CreateSwitch(setting, isOn)));
            }
            else
            {
                var option = Create(setting, defaults);
                _options.Add((option, parse => parse.GetValue(option)));
            }
        }
    }

    public IEnumerable<Option> All => _options.Select(entry => entry.Option);

    /// <summary>Gets the values that are on the command line.</summary>
    /// <exception cref="UsageException">A switch is given both ways.</exception>
    public IReadOnlyList<SettingValue> Given(ParseResult parse)
    {
        var given = new Dictionary<Setting, SettingValue>();
        foreach (var value in _options.Select(entry => entry.Read(parse)).OfType<SettingValue>())
        {
            if (!given.TryAdd(value.Setting, value))
            {
                throw new UsageException($"--{value.Setting.Name} and --no-{value.Setting.Name} cannot be combined.");
            }
        }

        return [.. given.Values];
    }

    private static (Option Option, Func<ParseResult, SettingValue?> Read) CreateSwitch(Setting setting, bool isOn)
    {
        string? help = isOn || setting.HelpForFalse is null ? setting.Help : setting.HelpForFalse;
        var option = new Option<bool>(isOn ? $"--{setting.Name}" : $"--no-{setting.Name}") { Description = Advice.WithOptions(help) };
        return (option, parse => parse.GetValue(option) ? setting.Parse(isOn ? "true" : "false") : null);
    }

    private static Option<SettingValue?> Create(Setting setting, SettingsBase defaults)
    {
        string? defaultText = setting.DefaultText(defaults);
        var option = new Option<SettingValue?>($"--{setting.Name}")
        {
            Description = Advice.WithOptions(OptionFactory.WithDefault(setting.Help, defaultText)),
            HelpName = setting.ValueIfOmitted is null ? setting.ValueName : $"[{setting.ValueName}]",
            Arity = setting.ValueIfOmitted is null ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
            CustomParser = result => Parse(result, setting),
        };
        if (setting.ShortName is { } shortName)
        {
            option.Aliases.Add($"-{shortName}");
        }

        if (setting.Choices.Count > 0)
        {
            option.CompletionSources.Add([.. setting.Choices]);
        }

        return option;
    }

    private static SettingValue? Parse(ArgumentResult result, Setting setting)
    {
        try
        {
            return setting.Parse(result.Tokens is [var token, ..] ? token.Value : setting.ValueIfOmitted!);
        }
        catch (SettingException e)
        {
            result.AddError(Advice.Explain(e));
            return null;
        }
    }
}
