# Golden values for tests/analysis/test_statistics.py, made with R 4.2.2:
#   Rscript make_golden.R     (in this folder)
# Writes cells.csv (a seeded, invented sample), lm.csv, aov.csv, pairwise.csv and tukey.csv.
options(digits = 17)
set.seed(20190401)

sizes <- c(CRC3 = 9, DC3 = 14, EHW = 5, MHW = 22, NP = 12)
pft <- rep(names(sizes), sizes)
n <- length(pft)
cells <- data.frame(
  pft = pft,
  agb = rgamma(n, 4, 0.5) * (1 + (pft %in% c("EHW", "MHW", "NP"))),
  lai = runif(n, 0.2, 6),
  soil_carbon = rlnorm(n, 2, 0.4),
  sand = runif(n, 0.05, 0.8)
)
cells$clay <- runif(n, 0.02, 0.95) * (1 - cells$sand)
effect <- c(CRC3 = 1, DC3 = 0.5, EHW = 3, MHW = 4, NP = 2)[pft]
cells$beta_gpp <- effect + 0.8 * cells$lai - 0.1 * cells$agb + 6 * cells$clay + rnorm(n, 0, 1.5)
cells$beta_ra <- 0.4 * cells$beta_gpp + rnorm(n, 0, 0.5)
cells$beta_rh <- 0.3 * cells$soil_carbon + 0.5 * effect + rnorm(n, 0, 0.8)
cells$beta_nee <- cells$beta_ra + cells$beta_rh - cells$beta_gpp

number <- function(x) trimws(formatC(x, digits = 17, format = "g"))
save <- function(table, file) {
  numeric <- sapply(table, is.numeric)
  table[numeric] <- lapply(table[numeric], number)
  write.csv(table, file, row.names = FALSE, quote = FALSE)
}
save(cells, "cells.csv")
cells <- read.csv("cells.csv")  # the test starts from the written digits
cells$pft <- factor(cells$pft)

z <- function(x) as.vector(scale(x))
linear <- variance <- pairs <- tukey <- data.frame()
for (flux in c("gpp", "ra", "rh", "nee")) {
  cells$beta <- cells[[paste0("beta_", flux)]]
  fit <- lm(z(beta) ~ z(agb) + z(lai) + z(soil_carbon) + z(sand) + z(clay) + pft, cells)
  terms <- c("intercept", "agb", "lai", "soil_carbon", "sand", "clay", "DC3", "EHW", "MHW", "NP")
  values <- coef(summary(fit))
  linear <- rbind(linear, data.frame(
    flux = flux, variable = terms, standardised = values[, 1], se = values[, 2],
    t = values[, 3], p = values[, 4], r_squared = summary(fit)$r.squared
  ))
  table <- summary(aov(beta ~ pft, cells))[[1]]
  variance <- rbind(variance, data.frame(
    flux = flux, df_between = table$Df[1], df_within = table$Df[2],
    ss_between = table$`Sum Sq`[1], ss_within = table$`Sum Sq`[2],
    f = table$`F value`[1], p = table$`Pr(>F)`[1]
  ))
  holm <- pairwise.t.test(cells$beta, cells$pft)$p.value
  plain <- pairwise.t.test(cells$beta, cells$pft, p.adjust.method = "none")$p.value
  for (i in rownames(holm)) for (j in colnames(holm)) if (!is.na(holm[i, j])) {
    pairs <- rbind(pairs, data.frame(
      flux = flux, group_1 = j, group_2 = i, p = plain[i, j], p_adjusted = holm[i, j]
    ))
  }
  honest <- TukeyHSD(aov(beta ~ pft, cells))$pft
  names <- do.call(rbind, strsplit(rownames(honest), "-"))
  tukey <- rbind(tukey, data.frame(
    flux = flux, group_1 = names[, 2], group_2 = names[, 1],
    difference = -honest[, "diff"], p_adjusted = honest[, "p adj"]
  ))
}
save(linear, "lm.csv")
save(variance, "aov.csv")
save(pairs, "pairwise.csv")
save(tukey, "tukey.csv")
