"""方城县乡村振兴指挥看板: workbook -> draft -> store -> snapshot -> indicator -> view -> chart, page or report."""
