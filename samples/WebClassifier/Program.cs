// Classifies uploaded images with one classifier for all requests:
//   WebClassifier --model runs/residual-1 --urls http://127.0.0.1:5000
//   curl --data-binary @seven.png http://127.0.0.1:5000/classify
using Lanewise;

var builder = WebApplication.CreateBuilder(args);
string model = builder.Configuration["model"] ?? throw new InvalidOperationException("pass --model RUN, the folder or file of a model");
builder.Services.AddProblemDetails();
// Thread-safe: the weights are in memory once, and requests at the same time take sessions from its pool.
builder.Services.AddSingleton(ImageClassifier.Load(model));
var app = builder.Build();

// A request that is too large or cut off answers 413 or 400; an error that is not the client's answers 500, without details.
app.UseExceptionHandler(new ExceptionHandlerOptions
{
    StatusCodeSelector = error => error is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
});
app.MapPost("/classify", async (HttpRequest request, ImageClassifier classifier, CancellationToken cancellationToken) =>
{
    try
    {
        var result = await classifier.ClassifyAsync(request.Body, "the uploaded image", cancellationToken);
        return Results.Ok(new { result.Label, result.Probability, Top = result.Top(5) });
    }
    catch (ImageFormatException e)
    {
        return Results.Problem(e.Message, statusCode: StatusCodes.Status400BadRequest);
    }
});
app.Run();
