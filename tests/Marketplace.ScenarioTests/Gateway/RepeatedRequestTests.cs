using System.Net;
using System.Text;
using FluentAssertions;
using Xunit;

namespace Marketplace.ScenarioTests.Gateway;

/// <summary>Clients repeat requests by themselves, and none of them says so: a copy must not buy again.</summary>
public sealed class RepeatedRequestTests
{
    private const string Body =
        """{"model":"m","stream":true,"max_price":200,"messages":[{"role":"user","content":"Two and two?"}]}""";

    [Fact]
    public async Task Copies_of_a_request_that_come_together_buy_once_and_all_get_the_answer()
    {
        const int Requests = 6;
        const int Copies = 16;
        await using var market = await FakeOperator.StartAsync();
        await market.OpenConnectionsAsync(Copies * Requests); // or the copies would come one after the other
        var bodies = Enumerable.Range(0, Requests)
            .Select(request => Body.Replace("Two", $"{request}", StringComparison.Ordinal))
            .SelectMany(body => Enumerable.Repeat(body, Copies));

        var answers = await Task.WhenAll(bodies.Select(body => Task.Run(() => PostAsync(market, body))));
        market.Deliver();
        var texts = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync()));

        market.Bids.Should().HaveCount(Requests);
        texts.Should().OnlyContain(text => text.Contains("Four.") && text.EndsWith("[DONE]\n\n"));
    }

    [Fact]
    public async Task Two_copies_that_look_for_each_other_at_the_same_moment_buy_once()
    {
        await using var market = await FakeOperator.StartAsync();
        using var meeting = new Barrier(2);
        market.Clock.Meeting = meeting;

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => Task.Run(() => PostAsync(market, Body))));
        market.Clock.Meeting = null;
        market.Deliver();
        await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync()));

        market.Bids.Should().ContainSingle();
    }

    [Fact]
    public async Task A_request_whose_answer_was_collected_is_bought_again()
    {
        await using var market = await FakeOperator.StartAsync();
        market.Deliver();

        await (await PostAsync(market, Body)).Content.ReadAsStringAsync();
        await (await PostAsync(market, Body)).Content.ReadAsStringAsync();

        market.Bids.Should().HaveCount(2);
    }

    [Fact]
    public async Task An_idempotency_key_tells_equal_requests_apart_and_holds_different_ones_together()
    {
        await using var market = await FakeOperator.StartAsync();

        var first = await PostAsync(market, Body, "one");
        var other = await PostAsync(market, Body, "two");
        var again = await PostAsync(market, Body.Replace("?", "!", StringComparison.Ordinal), "one");
        market.Deliver();
        foreach (var answer in new[] { first, other, again })
        {
            (await answer.Content.ReadAsStringAsync()).Should().Contain("Four.");
        }

        market.Bids.Should().HaveCount(2);
    }

    [Fact]
    public async Task What_cannot_be_bought_is_refused_with_a_status_that_no_client_repeats()
    {
        await using var market = await FakeOperator.StartAsync();
        foreach (var change in new[] { "\"stop\":5", "\"n\":2", "\"max_tokens\":0" })
        {
            var answer = await PostAsync(market, Body.Replace("\"stream\":true", change, StringComparison.Ordinal));

            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            answer.Headers.GetValues("x-should-retry").Should().Equal("false");
        }

        market.Bids.Should().BeEmpty();
    }

    /// <summary>Posts and returns when the answer has begun, which for a stream is after the lock.</summary>
    private static async Task<HttpResponseMessage> PostAsync(FakeOperator market, string body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/chat/completions", UriKind.Relative))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await market.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
