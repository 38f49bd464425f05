namespace Lanewise.Workflows;

/// <summary>Images to evaluate a model on, with the labels of its classes.</summary>
/// <param name="Dataset">The name of the dataset.</param>
/// <param name="Images">The images.</param>
internal sealed record EvaluationImages(string Dataset, IImageDataset Images)
{
    /// <summary>Gets whether the model was trained on them.</summary>
    public bool AreTrainedOn { get; init; }

    /// <summary>Says where a calibration was fitted to half of these images: probabilities look a little better there.</summary>
    /// <param name="calibration">The calibration of the model; null for none.</param>
    /// <param name="progress">Receives the notice.</param>
    public void Report(Calibration? calibration, IProgress<JobEvent>? progress)
    {
        // The card does not name the images, but has their number.
        if (calibration is not null && !AreTrainedOn && calibration.Images == CalibrationFit.HalfOf(Images.Count))
        {
            progress.Notice(
                $"the model was calibrated on {calibration.Images} images, likely half of these: mean loss and calibration error are then "
                + "a little too low. 'lanewise eval --calibrate' states them for the other half.");
        }
    }
}

/// <summary>Which images of a dataset a model is evaluated on.</summary>
/// <param name="Parts">The splits that hold them.</param>
/// <param name="Images">Takes them from the dataset.</param>
/// <param name="Description">What they are, in words.</param>
internal sealed record EvaluationSplit(string[] Parts, Func<DatasetParts, IImageDataset> Images, string Description)
{
    /// <summary>Gets whether the model was trained on the images.</summary>
    public bool IsTrainedOn { get; private init; }

    /// <summary>
    /// Chooses the split that is asked for; of the dataset that the model was trained on, <c>train</c> is without the images that the
    /// training held out. Otherwise, of that dataset, the images that the training validated on; of any other, its validation or test
    /// split, or all images if it has none.
    /// </summary>
    /// <exception cref="DatasetException">There is no such split.</exception>
    public static EvaluationSplit Choose(DatasetParts parts, string? split, ValidationSplit? trainedOn, bool isOwn)
    {
        bool wantsHeldOut = split is null ? isOwn : SplitNames.AreSame(split, SplitNames.ForValidation[0]) && parts.Find(split) is null;
        if (wantsHeldOut && trainedOn is { Fraction: { } share })
        {
            return new(
                [parts.GetTraining().Name],
                whole => whole.HeldOut(trainedOn),
                FormattableString.Invariant($"the {share:P0} of {parts.Name} that the training held out"));
        }

        if (isOwn && split is not null && SplitNames.IsTrain(split) && trainedOn is { Fraction: { } heldOut })
        {
            return new(
                [parts.GetTraining().Name],
                whole => whole.TrainedOn(trainedOn),
                FormattableString.Invariant($"the {1 - heldOut:P0} of {parts.Name} that the model was trained on"))
            {
                IsTrainedOn = true,
            };
        }

        var part = split is not null ? parts.Get(split)
            : isOwn && trainedOn?.Name is { } name && parts.Find(name) is { } own ? own
            : parts.FindValidation() ?? parts.GetTraining();
        string what = part.Name == SplitNames.Whole ? $"all images of {parts.Name}" : $"{part.Name} of {parts.Name}";
        return new([part.Name], whole => whole.Get(part.Name).Images, what)
        {
            IsTrainedOn = isOwn && (SplitNames.IsTrain(part.Name) || part.Name == SplitNames.Whole),
        };
    }
}
