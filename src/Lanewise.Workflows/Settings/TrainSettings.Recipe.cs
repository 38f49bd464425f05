namespace Lanewise.Workflows;

// Named presets: what is given by hand wins.
public sealed partial record TrainSettings
{
    private static readonly Setting<string?> RecipeSetting = new(
        "recipe", SettingTypes.Text("NAME", name => TrainingRecipe.Find(name).Name, TrainingRecipe.Names), _ => null,
        "Settings with a measured result ('lanewise recipes' lists them), maybe with model and dataset; other options given here win.")
    {
        OnResume = ResumeRule.NotAllowed,
    };

    /// <summary>Gets the name of the recipe; null for none.</summary>
    public string? Recipe { get => Get(RecipeSetting); init => Set(RecipeSetting, value); }

    /// <summary>
    /// Returns the settings of the recipe with those given here. Where another optimizer or schedule is given, the recipe's constants
    /// for its own do not apply.
    /// </summary>
    /// <exception cref="UnknownNameException">There is no recipe of the name.</exception>
    internal TrainSettings WithRecipe()
    {
        if (Recipe is not { } name)
        {
            return this;
        }

        var recipe = TrainingRecipe.Find(name).Settings;
        Setting[] dropped =
        [
            .. IsGiven(OptSetting) && Optimizer != recipe.Optimizer
                ? OfOptimizer : [],
            .. IsGiven(SchedSetting) && Schedule != recipe.Schedule ? OfSchedule : [],
            // The model's defaults are shares of the epochs.
            .. IsGiven(EpochsSetting) && Epochs != recipe.Epochs ? (Setting[])[WarmupEpochsSetting, MilestonesSetting] : [],
            .. IsGiven(DecayEpochsSetting) ? (Setting[])[MilestonesSetting] : [],
            .. IsGiven(WeightsSetting) || IsGiven(PretrainedSetting) || IsOtherModel(recipe) ? (Setting[])[PretrainedSetting] : [],
        ];
        var settings = new TrainSettings().With(recipe.Given(Table.Except(dropped))).With(Given(Table));
        return IsOtherModel(recipe) && recipe.Pretrained is not null && (Weights ?? Pretrained) is null
            ? settings with { Pretrained = DefaultPretrained }
            : settings;
    }

    private bool IsOtherModel(TrainSettings recipe) => IsGiven(ModelSetting) && Model != recipe.Model;
}
