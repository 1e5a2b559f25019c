"""The weighted draws of a patient against Markov chains on the same density: two ways that share no draw."""

import emcee
import numpy as np
import pytest
from scipy.special import logsumexp
from tests.extent import FULL, extent

import wearoff as wo
from wearoff.forecasts.likelihood import find_days, find_likelihoods
from wearoff.forecasts.posterior import HORIZON, find_posterior
from wearoff.model.equations import MODEL
from wearoff.patients.draws import OF_PATIENT
from wearoff.patients.few import plan_few
from wearoff.patients.grades import Line

PEOPLE = wo.Population()
TWO = wo.Schedule.every(110, visits=2, units=20)
HISTORIES = {
    "a usual one": wo.History(TWO, [wo.Grade(30, 0), wo.Gone(105, since=80), wo.Grade(140, 1)], baseline=3),
    "short and weak": wo.History(
        TWO, [wo.Grade(7, 2), wo.Grade(30, 2), wo.Gone(50), wo.Grade(140, 2), wo.Gone(165)], baseline=3
    ),
    # In 3 of 1,000 patients half of the effect is still there after 400 days.
    "extreme: still none after 400 days": wo.History(
        wo.Schedule.once(units=20), [wo.Grade(day, 0, assessor=who) for day in (30, 100, 200, 300, 350, 400)
                                     for who in ("investigator", "subject")], baseline=3,
    ),
}  # fmt: skip
WALKERS, BURN_IN = 128, 80
TIME = 25  # steps; a chain of 3,000 has an autocorrelation time of about 20, and a short one cannot tell


def run_chains(history, steps, seed):
    """Return the chains, shape (steps, walkers, dimensions), and their solver."""
    days, size = find_days(history), OF_PATIENT + len(history.visits)
    treated = plan_few(history.visits, PEOPLE, history.last_day + HORIZON)

    def log_density(normals):
        # All walkers are solved in one cohort.
        cohort = treated.solve(normals)
        lines = Line.of(cohort.visible_at(days), cohort.crease_at(days), PEOPLE.constants(normals))
        likelihood = logsumexp(find_likelihoods(history, days, lines, PEOPLE.raters), axis=0)
        return likelihood - 0.5 * (normals**2).sum(axis=1)

    sampler = emcee.EnsembleSampler(
        WALKERS, size, log_density, vectorize=True,
        moves=[(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)],
    )  # fmt: skip
    sampler.random_state = np.random.RandomState(seed).get_state()
    begin = np.random.default_rng(seed).standard_normal((WALKERS, size))
    sampler.run_mcmc(begin, BURN_IN + steps)
    return sampler.get_chain(discard=BURN_IN), treated


@pytest.mark.parametrize("name", HISTORIES)
def test_the_means_are_those_of_a_chain_within_the_monte_carlo_error(name):
    history = HISTORIES[name]
    found = find_posterior(history, PEOPLE, 1, MODEL)
    chain, treated = run_chains(history, extent(80, 3000), seed=3)
    last = history.last_visit + np.array([30.0, 90.0, 150.0])
    steps, walkers, size = chain.shape
    thin = max(1, steps // 200)
    visible = treated.solve(chain[::thin].reshape(-1, size)).visible_at(last).T.reshape(-1, walkers, len(last))
    for chains, values in ((chain, found.normals.T), (visible, found.visible_at(last))):
        mean = values @ found.weights
        error = ((values.T - mean) ** 2).T @ found.weights / found.effective
        # The error of a chain's mean: its variance times the autocorrelation time, over the number of its values.
        time = np.maximum(emcee.autocorr.integrated_time(chains, tol=0, quiet=True), TIME * len(chains) / steps)
        own = chains.reshape(-1, chains.shape[-1])
        own_error = own.var(axis=0) * time / len(own)
        print(f"effective draws {found.effective:.0f}, Pareto k {found.pareto_k:.2f}, surprise {found.surprise:.3f}")
        print(name, f"autocorrelation time {time.max():.0f} of {len(chains)}")
        assert (np.abs(mean - own.mean(axis=0)) < 4.5 * np.sqrt(error + own_error)).all()
        if FULL:
            # The widths agree too. In a short run a walker that is still far away widens the chain.
            width = np.sqrt(((values.T - mean) ** 2).T @ found.weights)
            allowed = 4.5 * np.sqrt((1 / found.effective + time / len(own)) / 2) * 1.5
            assert (np.abs(own.std(axis=0) / width - 1) < allowed).all()
