namespace Lanewise.Workflows;

/// <summary>Epochs of a run that are trained again.</summary>
/// <param name="Start">The epoch after which the segment begins; 0 for the initial weights.</param>
/// <param name="FirstStep">The number of steps at its start.</param>
/// <param name="LastStep">The step of the last row of the receipt in it.</param>
internal sealed record Segment(int Start, long FirstStep, long LastStep);

/// <summary>Compares the rows of a training with those of a receipt; ends the training after the last, or a difference.</summary>
/// <param name="receipt">The receipt.</param>
/// <param name="segment">What is trained.</param>
/// <param name="index">The index of the segment.</param>
/// <param name="checks">The comparisons, to which it adds.</param>
/// <param name="folder">The folder in which it is trained, of which nobody has to hear.</param>
/// <param name="progress">Receives the other events of the training.</param>
internal sealed class SegmentComparison(
    Receipt receipt, Segment segment, int index, List<VerificationCheck> checks, string folder, IProgress<JobEvent>? progress)
    : IProgress<JobEvent>, IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Queue<ReceiptRow> _rows =
        new(receipt.Rows.Where(row => row.Step >= segment.FirstStep && row.Step <= segment.LastStep));

    /// <summary>Gets the steps at which the training has to take its digests.</summary>
    public IReadOnlySet<long> Steps => _rows.Select(row => row.Step).ToHashSet();

    /// <summary>Compares the checkpoint from which the segment starts.</summary>
    public void Start(TrainerState state)
    {
        var (weights, optimizer) = Receipt.DigestsOf(state);
        Compare(new(state.Position.Updates, state.Position.Epoch, weights, optimizer, ""));
    }

    /// <summary>Trains the segment.</summary>
    public async Task RunAsync(TrainingJob job, CancellationToken cancellationToken)
    {
        if (_end.IsCancellationRequested)
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _end.Token);
        try
        {
            await job.RunAsync(this, either.Token).ConfigureAwait(false);
        }
        catch (TrainingStoppedException) when (_end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The last row has been compared.
        }

        if (!_end.IsCancellationRequested && _rows.TryDequeue(out var missing))
        {
            Add(new(missing, Found: null, index));
        }
    }

    /// <inheritdoc/>
    public void Report(JobEvent value)
    {
        if (value is ReceiptEvent { Row: var row, Data: var data })
        {
            if (data != receipt.Data)
            {
                throw new JobException(
                    "the data is not that with which the run was trained: names or sizes of files, or labels, differ; name with {dataset} "
                    + "or {data-dir} where it is.");
            }

            Compare(row);
        }
        else if (value is not NoticeEvent { Text: var text } || !text.Contains(folder, StringComparison.Ordinal))
        {
            progress?.Report(value);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _end.Dispose();

    private void Compare(ReceiptRow found)
    {
        if (_end.IsCancellationRequested || !_rows.TryPeek(out var row) || found.Step < row.Step)
        {
            return;
        }

        _rows.Dequeue();
        Add(new(row, found.Step == row.Step ? found : null, index));
        if (!checks[^1].IsSame || _rows.Count == 0)
        {
            _end.Cancel();
        }
    }

    private void Add(VerificationCheck check)
    {
        checks.Add(check);
        progress?.Report(new VerificationEvent(check));
    }
}
