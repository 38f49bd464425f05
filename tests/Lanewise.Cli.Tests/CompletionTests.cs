using System.Diagnostics;
using Lanewise.Cli.Tests.Terminals;

namespace Lanewise.Cli.Tests;

/// <summary>Completion of command lines, in the shells that are installed.</summary>
public sealed class CompletionTests
{
    public static TheoryData<string, string> Lines => new()
    {
        { "trai", "train" },
        { "help tra", "train" },
        { "data ", "check fetch list remove verify" },
        { "train resnet10", "resnet101" },
        { "train residual --epo", "--epochs" },
        { "train residual --opt ", "adamw muon rmsprop sgd" },
        { "train residual --opt=ad", "adamw" },
        { "train residual --dataset cif", "cifar10 cifar100" },
        { "eval run --model plain2", "plain20" },
        { "completion f", "fish" },
        { "weights fetch resnet18", "resnet18 resnet18-cntk" },
        { "eval resnet50", "resnet50 resnet50-v2" },
        { "train resnet18 --pretrained goo", "googlenet" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task The_directive_completes_verbs_options_and_values(string line, string expected)
    {
        var result = (await InProcess.RunAsync($"[suggest:{line.Length}]", line)).Ok();
        Assert.Empty(result.Error);
        Assert.Equal(Words(expected), Words(result.Out));
    }

    [Theory]
    [InlineData("train residual --output ")]
    [InlineData("predict run ")]
    [InlineData("predict ")]
    [InlineData("predict run res")]
    [InlineData("xyz")]
    public async Task Where_there_is_nothing_to_suggest_the_shell_may_complete_files(string line) =>
        Assert.Empty((await InProcess.RunAsync($"[suggest:{line.Length}]", line)).Ok().Out);

    [Fact]
    public async Task Only_the_line_up_to_the_cursor_is_completed()
    {
        Assert.Equal("train\n", (await InProcess.RunAsync("[suggest:3]", "tra residual")).Ok().Out);
        Assert.Equal("train\n", (await InProcess.RunAsync("[suggest]", "tra")).Ok().Out);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Bash_completes_with_the_script(string line, string expected)
    {
        const string test =
            """
            COMP_LINE="lanewise $1"; COMP_POINT=${#COMP_LINE}
            # As readline splits the words.
            read -ra COMP_WORDS <<< "${COMP_LINE//=/ = }"
            [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _lanewise
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        Assert.Equal(Words(expected), Words(await RunAsync("bash", test, line)));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Zsh_completes_with_the_script(string line, string expected)
    {
        const string test =
            """
            compset() { [[ $PREFIX == *=* ]] && PREFIX=${PREFIX#*=} }
            compadd() { print -l -- ${(M)candidates:#$PREFIX*} }
            _files() { }
            words=(lanewise ${(s: :)1}); [[ $1 == *' ' ]] && words+=('')
            CURRENT=$#words; PREFIX=$words[-1]
            _lanewise
            """;
        Assert.Equal(Words(expected), Words(await RunAsync("zsh", test, line, "compdef() { };")));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Fish_completes_with_the_script(string line, string expected)
    {
        string prefix = line.LastIndexOf('=') is var end and >= 0 ? line[(line.LastIndexOf(' ') + 1)..(end + 1)] : "";
        string output = await RunAsync("fish", "complete -C \"lanewise $argv[1]\"", line);
        Assert.Equal(Words(expected).Select(word => prefix + word), Words(output));
    }

    [Fact]
    public async Task PowerShell_gets_a_completer()
    {
        string script = (await InProcess.RunAsync("completion", "pwsh")).Ok().Out;
        Assert.Contains("Register-ArgumentCompleter -Native -CommandName lanewise", script, StringComparison.Ordinal);
        Assert.Contains("[suggest:", script, StringComparison.Ordinal);
    }

    private static string[] Words(string text) => text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Sources the script in a shell where <c>lanewise</c> is a function, and runs a test with a line.</summary>
    private static async Task<string> RunAsync(string shell, string test, string line, string prepare = "")
    {
        Assert.SkipUnless(TerminalProgram.Exists(shell), $"requires {shell}");
        using var folder = new TemporaryFolder();
        string program = folder["lanewise"];
        await File.WriteAllTextAsync(
            program, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "Lanewise.Cli.dll")}' \"$@\"\n",
            TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        string[] command = shell == "fish"
            ? ["--no-config", "-c", $"lanewise completion fish | source\n{test}", line]
            : ["-c", $"{prepare} source <(lanewise completion {shell})\n{test}", "test", line];
        var start = new ProcessStartInfo(shell, command)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        start.Environment["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await error);
        return output;
    }
}
