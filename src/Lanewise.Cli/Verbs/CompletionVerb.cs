using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise completion SHELL</c>.</summary>
internal static class CompletionVerb
{
    private const string Examples =
        """
          source <(lanewise completion bash)               for this shell; put the line into ~/.bashrc for all
          lanewise completion zsh > ~/.zfunc/_lanewise     with ~/.zfunc in $fpath
          lanewise completion fish > ~/.config/fish/completions/lanewise.fish
          lanewise completion pwsh | Out-String | Invoke-Expression
        """;

    // The scripts pass the line up to the cursor, without the name of the program, to the directive that System.CommandLine defines.
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] =
            """
            # bash completion for lanewise
            _lanewise() {
                local before="${COMP_LINE:0:COMP_POINT}" line candidates
                line="${before#"${COMP_WORDS[0]}"}"
                line="${line# }"
                candidates="$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)"
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$candidates" -- "${before##*[[:space:]=]}"))
            }
            complete -o default -F _lanewise lanewise
            """,
        ["zsh"] =
            """
            #compdef lanewise
            # zsh completion for lanewise
            _lanewise() {
                local line="${(j: :)words[2,CURRENT-1]}"
                [[ -n $line ]] && line+=' '
                line+="$PREFIX"
                local -a candidates
                candidates=(${(f)"$("$words[1]" "[suggest:${#line}]" "$line" 2>/dev/null)"})
                compset -P '*='
                compadd -a candidates || _files
            }
            compdef _lanewise lanewise
            """,
        ["fish"] =
            """
            # fish completion for lanewise
            function __lanewise_complete
                set -l line (commandline -cp | string replace -r '^\s*\S+\s?' '')
                set -l prefix (string match -r -- '^--[^=]+=' (commandline -ct))
                set -l candidates (lanewise "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
                if set -q candidates[1]
                    printf '%s\n' "$prefix"$candidates
                else
                    __fish_complete_path (commandline -ct)
                end
            end
            complete -c lanewise -f -a '(__lanewise_complete)'
            """,
        ["pwsh"] =
            """
            # PowerShell completion for lanewise
            Register-ArgumentCompleter -Native -CommandName lanewise -ScriptBlock {
                param($word, $ast, $cursor)
                $line = $ast.ToString()
                $line = $line.PadRight([Math]::Max($cursor - $ast.Extent.StartOffset, 0))
                $line = $line -replace '^\S+\s?', ''
                $prefix = if ($word -match '^(--[^=]+=)') { $Matches[1] } else { '' }
                lanewise "[suggest:$($line.Length)]" "$line" 2>$null | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new("$prefix$_", $_, 'ParameterValue', $_)
                }
            }
            """,
    };

    public static Command Create()
    {
        string[] shells = [.. Scripts.Keys];
        var shell = new Argument<string>("SHELL")
        {
            Description = $"Shell: {string.Join(", ", shells)}.",
            CompletionSources = { shells },
            CustomParser = result => ArgumentParsing.ParseText(result, "SHELL", name => Check(name, shells)),
        };
        var verb = new Verb("completion", "Print a script that completes command lines in a shell.", Examples) { shell };
        verb.SetAction(parse =>
        {
            StandardOutput.WriteText(Scripts[parse.GetRequiredValue(shell)].ReplaceLineEndings("\n"));
            return ExitCode.Done;
        });
        return verb;
    }

    private static string Check(string name, string[] shells) => shells.Contains(name, StringComparer.Ordinal)
        ? name
        : throw new LanewiseException(UnknownName.Message("shell", name, shells));
}
