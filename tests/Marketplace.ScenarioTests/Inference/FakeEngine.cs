using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Marketplace.ScenarioTests.Inference;

/// <summary>A server on a free port of loopback that answers chat completions as the test says.</summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeEngine(WebApplication app) => this.app = app;

    public Uri BaseUri => new(app.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<FakeEngine> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new FakeEngine(app);
    }

    /// <summary>An engine whose every answer is these bytes.</summary>
    public static Task<FakeEngine> SayingAsync(int status, string body) => StartAsync(async http =>
    {
        http.Response.StatusCode = status;
        await WriteAsync(http, body);
    });

    /// <summary>Sends now, not when the answer is whole.</summary>
    public static async Task WriteAsync(HttpContext http, string text)
    {
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    /// <summary>Says nothing more until the client is gone.</summary>
    public static async Task HangAsync(HttpContext http)
    {
        var gone = new TaskCompletionSource();
        await using var registration = http.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }
}
