return await Lanewise.Cli.CommandLine.RunAsync(args).ConfigureAwait(false);
