namespace Lanewise.Analysis;

/// <summary>The contribution of a branch of an Inception module.</summary>
/// <param name="Name">
/// The branch: the shortest part of its last layer's path that identifies it, for example <c>incep1.branch5x5_2</c>.
/// </param>
/// <param name="Module">The path of the concatenation it ends in.</param>
/// <param name="Channels">The number of channels.</param>
/// <param name="Top1Without">The accuracy with its output zeroed, 0 to 1.</param>
/// <param name="EnergyShare">
/// Its share of the concatenation's energy: Σ y² of its values / Σ y² of all, over all images; 0 if all are zero.
/// </param>
public sealed record BranchContribution(string Name, string Module, int Channels, double Top1Without, double EnergyShare);

/// <summary>The contributions of the branches of a network's Inception modules (Szegedy et al. 2014).</summary>
/// <param name="Top1">The accuracy of the whole network, 0 to 1.</param>
/// <param name="Branches">All branches, in the order of the network.</param>
public sealed record BranchContributions(double Top1, IReadOnlyList<BranchContribution> Branches)
{
    /// <summary>Returns the concatenations with branches that can be ablated one by one.</summary>
    public static IReadOnlyList<Node> Modules(Network network) => [.. network.Nodes.Where(n =>
        n.Op is Concat && n.Inputs.Count > 1 && n.Inputs.Any(branch => Ablation.LastLayers(network, branch, n).Count > 0))];

    /// <summary>
    /// Measures every branch on a dataset: one pass for the whole network, one per module, one per branch. A branch is ablated by zeroing
    /// the parameters of its last layer; one without layers is skipped.
    /// </summary>
    /// <param name="network">A network that ends in logits.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="options">The dataset and options.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="NetworkException">The network has no branches, or does not fit the dataset.</exception>
    public static BranchContributions Measure(
        Network network, Weights weights, ContributionOptions options, CancellationToken cancellationToken = default)
    {
        var modules = Modules(network);
        if (modules.Count == 0)
        {
            throw new NetworkException(
                $"{network.Name} has no module whose parallel branches are concatenated, so there are no branches to "
                    + $"measure.", network.Name);
        }

        var branches = modules.SelectMany(module => Find(network, module)).ToArray();
        var ablation = new Ablation(network, weights, options, 1 + modules.Count + branches.Length, cancellationToken);
        double accuracy = ablation.Top1([], "the whole network");
        var energies = modules.ToDictionary(module => module, module => Energies(ablation, module));
        return new(accuracy, [.. branches.Select(b => new BranchContribution(
            b.Name,
            b.Module.Path,
            b.Module.Inputs[b.Index].Shape.Channels,
            ablation.Top1(b.Layers, $"without {b.Name}"),
            energies[b.Module][b.Index]))]);
    }

    /// <summary>Returns the names of a module's branches that can be ablated.</summary>
    internal static IEnumerable<string> Names(Network network, Node module) => Find(network, module).Select(b => b.Name);

    private static IEnumerable<Branch> Find(Network network, Node module)
    {
        var all = module.Inputs.Select((input, i) => new Branch(module, i, Ablation.LastLayers(network, input, module), input.Path));
        Branch[] branches = [.. all.Where(b => b.Layers.Count > 0)];
        string[] paths = Array.ConvertAll(branches, b => b.Layers[0].Path);
        return branches.Select((b, i) => b with { Name = ShortestName(paths, i) });
    }

    private static string ShortestName(string[] paths, int own)
    {
        string path = paths[own];
        for (int dot = path.IndexOf('.'); dot > 0; dot = path.IndexOf('.', dot + 1))
        {
            string name = path[..dot];
            if (!paths.Where((_, i) => i != own).Any(other => other == name || other.StartsWith(name + '.', StringComparison.Ordinal)))
            {
                return name;
            }
        }

        return path;
    }

    /// <summary>Computes each branch's share of the energy of a module's output.</summary>
    private static double[] Energies(Ablation ablation, Node module)
    {
        double[] energies = new double[module.Inputs.Count];
        foreach (var plans in ablation.Values(module, [[]], $"the energies of {module.Path}"))
        {
            var values = plans[0].Output;
            while (!values.IsEmpty)
            {
                foreach (var (i, branch) in module.Inputs.Index())
                {
                    foreach (float y in values[..branch.Shape.Count])
                    {
                        energies[i] += (double)y * y;
                    }

                    values = values[branch.Shape.Count..];
                }
            }
        }

        double sum = energies.Sum();
        return Array.ConvertAll(energies, energy => sum > 0 ? energy / sum : 0);
    }

    private sealed record Branch(Node Module, int Index, IReadOnlyList<Node> Layers, string Name);
}
