using Hangfire;
using Marketplace.Settlement;
using Marketplace.Storage;

namespace Marketplace.Api;

/// <summary>The operator's process: routes, the market's parts, and Hangfire as settlement's clock.</summary>
public static class OperatorHost
{
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(5);

    /// <param name="makeTick">Makes settlement's tick out of the parts that only the caller has: keys and
    /// chain.</param>
    public static WebApplication Build(
        OperatorOptions options,
        OperatorChain chain,
        Func<Operator, SettlementTick> makeTick,
        TimeProvider time,
        LogLevel minimumLevel)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.ListenUrl);
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(minimumLevel)
            .AddFilter("Hangfire", LogLevel.Error)
            .AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownPatience);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(services => new Operator(
            options,
            chain,
            Database.Open(Path.Combine(options.DataDirectory, "operator.db"), MigrationSet.Operator),
            services.GetRequiredService<ILoggerFactory>(),
            time));
        builder.Services.AddSingleton(services => makeTick(services.GetRequiredService<Operator>()));
        builder.Services.AddTransient<SettlementJob>();
        AddHangfire(builder.Services);
        builder.Services.AddHostedService<Housekeeping>();

        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(5) });
        app.MapMarket(app.Services.GetRequiredService<Operator>());
        app.MapEntry(app.Services.GetRequiredService<Operator>());
        app.MapMarkets(app.Services.GetRequiredService<Operator>().Book.Mirror, time);
        return app;
    }

    private static void AddHangfire(IServiceCollection services)
    {
        services.AddHangfire(configuration => configuration.UseInMemoryStorage());
        services.AddHangfireServer(server =>
        {
            server.WorkerCount = 2;
            server.SchedulePollingInterval = TimeSpan.FromSeconds(1);
        });
    }
}
